from pathlib import Path

import pytest

from tests.text.lists import pairs, read
from voiceprep.errors import SettingError, TableError
from voiceprep.text.metadata import read_table
from voiceprep.text.text_files import TextDecoder, check_encoding, decode


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path):
    assert pairs(read(tmp_path, "a|One.\n", encoding="utf-8-sig")) == [("a", "One.")]
    assert pairs(read(tmp_path, "a|Ünï.\n", encoding="utf-16")) == [("a", "Ünï.")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_byte_order_marks_of_lists_that_were_joined_are_no_part_of_names(tmp_path, end):
    table = read(tmp_path, f"\ufeffa|One.{end}\ufeffb|\ufeffTwo.{end}")
    assert pairs(table) == [("a", "One."), ("b", "\ufeffTwo.")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end(tmp_path, end):
    assert pairs(read(tmp_path, f"a|One.{end}b|Two.{end}{end}")) == [("a", "One."), ("b", "Two.")]


def test_windows_1252_is_read_and_reported(tmp_path):
    table = read(tmp_path, "a|Plain.\nb|Café “so”.\n", encoding="cp1252")
    assert pairs(table)[1] == ("b", "Café “so”.")
    assert "line 2" in table.notes[0]
    assert "Windows-1252" in table.notes[0]


def test_lines_are_counted_by_every_kind_of_end(tmp_path):
    table = read(tmp_path, "a|One.\rb|Two.\rc|Café.\r", encoding="cp1252")
    assert "line 3" in table.notes[0]


def test_breaks_that_only_some_programs_know_stay_within_a_line(tmp_path):
    table = read(tmp_path, "a|One\u2028two\x0bthree\x85four.\nb|Two.\n")
    assert len(table.rows) == 2


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
@pytest.mark.parametrize("text", ["a|One.\n", "a|Да, конечно.\nb|水を飲む。\n"])
def test_utf_16_and_32_are_read_without_a_mark_too(tmp_path, text, encoding):
    table = read(tmp_path, text, encoding=encoding)
    assert pairs(table) == [tuple(line.split("|")) for line in text.splitlines()]
    assert ("byte-order mark" in "".join(table.notes)) == (encoding != "utf-32")


@pytest.mark.parametrize(
    ("data", "line", "why"),
    [
        ("One.\n".encode("utf-16")[:-1], 1, "not utf-16: save the file as UTF-8"),
        (b"One.\n\x89PNG\0", 2, "neither UTF-8 nor text: it contains a zero byte"),
        ("One.\n水\n".encode("iso2022_jp"), 2, "not UTF-8: --encoding iso2022_jp reads it"),
    ],
)
def test_bytes_that_are_no_text_are_named_with_their_line(data, line, why):
    with pytest.raises(TableError) as caught:
        decode(Path("list"), data)
    assert (caught.value.path, caught.value.line, caught.value.why) == (Path("list"), line, why)


@pytest.mark.parametrize(
    "text",
    [
        "a|Café.\n",
        "a|Voilà.\nb|Où êtes-vous ?\nc|L’été, j’étais à Nîmes.\n",
        "a|Die Mädchen schließen die Tür.\nb|Öffne „das Fenster“.\n",
        "a|¿Dónde está el niño?\nb|Mañana será otro día.\n",
        "a|Não, você põe a mão lá.\n",
        "a|Perché è così?\nb|La città è là.\n",
        "a|Jag är här på ön.\n",
        "a|Rødgrød med fløde på.\n",
        "a|Hyvää päivää, mitä kuuluu?\n",
        "a|Það er gott að sjá þig.\n",
        "a|Ångström façade über\n",
        "a|It’s “fine” — don’t…\n",
        "a|Spaß…\nb|groß“ für\n",
        "a|CAFÉ AUS MÜNCHEN\n",
    ],
)
def test_western_texts_in_windows_1252_are_read_with_a_note(text):
    found, notes = decode(Path("list"), text.encode("cp1252"))
    assert found == text
    assert len(notes) == 1


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1251", "Привет, мир."),
        ("cp1251", "Я."),
        ("cp1251", "ПРИВЕТ"),
        ("koi8_r", "Привет, мир."),
        ("cp866", "Привет, мир."),
        ("shift_jis", "水を飲む。"),
        ("shift_jis", "コーヒーをください"),
        ("euc_jp", "水を飲む。"),
        ("gbk", "你好，世界。"),
        ("big5", "我們喝水。"),
        ("euc_kr", "안녕하세요."),
        ("utf-16-le", "水を飲む。"),
        ("mac_roman", "L’été à Nîmes, “voilà”."),
        ("mac_roman", "Mañana"),
        ("mac_roman", "schön"),
        ("cp850", "für Käse"),
        ("cp1250", "Přišel čas, jak se máte?"),
        ("cp1250", "Dzień dobry, co słychać?"),
        ("cp1250", "Nő a fű."),
        ("iso8859_2", "Zażółć gęślą jaźń."),
        ("iso8859_15", "L'œuvre complète"),
        ("cp1254", "Teşekkür ederim"),
        ("cp1257", "Ačiū labai, ąžuolas žaliuoja."),
        ("cp1253", "Καλημέρα σας."),
        ("cp1255", "שלום"),
    ],
)
def test_what_is_not_western_is_refused_and_shown_as_it_may_be(encoding, text):
    with pytest.raises(TableError) as caught:
        decode(
            Path("list"),
            f"a1\n{text}\n".encode(encoding) if "16" not in encoding else text.encode(encoding),
        )
    assert caught.value.line == (1 if "16" in encoding else 2)
    assert "is not UTF-8: name its encoding with --encoding; the line is" in caught.value.why
    assert f'"{text[:28]}"' in caught.value.why


def test_the_likeliest_encoding_is_shown_first():
    with pytest.raises(TableError, match=r'the line is "Привет, мир." in cp1251, "'):
        decode(Path("list"), "Привет, мир.".encode("cp1251"))
    with pytest.raises(TableError, match=r'the line is "水を飲む" in cp932 \(Shift-JIS\), "'):
        decode(Path("list"), "水を飲む".encode("shift_jis"))


def test_bytes_that_are_in_no_encoding_are_named():
    with pytest.raises(TableError) as caught:
        decode(Path("list"), b"One.\nT\x00wo\xff\x81.".replace(b"\0", b"\x01"))
    assert caught.value.line == 2
    assert caught.value.why == "is in no known encoding: save the file as UTF-8"


@pytest.mark.parametrize("encoding", ["cp1251", "shift-jis", "GBK", "utf-16-le", "koi8_r"])
def test_an_encoding_that_is_named_is_used(encoding):
    text = "a|Да.\n"
    assert decode(Path("list"), text.encode(encoding), encoding) == (text, ())


def test_a_byte_order_mark_goes_before_the_encoding_that_is_named():
    assert decode(Path("list"), "Да.".encode("utf-8-sig"), "cp1251")[0] == "Да."


def test_bytes_that_the_named_encoding_lacks_are_named_with_their_line():
    with pytest.raises(TableError) as caught:
        decode(Path("list"), b"One.\nT\x98o.", "cp1251")
    assert (caught.value.line, caught.value.why) == (2, "not cp1251: save the file as UTF-8")


@pytest.mark.parametrize("name", ["nope", "base64", "rot13", "idna", "unicode_escape", "u\0", " "])
def test_an_encoding_that_does_not_exist_is_refused(name):
    with pytest.raises(SettingError) as caught:
        check_encoding(name, "encoding")
    assert caught.value.key == "encoding"


@pytest.mark.parametrize("name", ["", "utf-8", "UTF-16", "cp1251", "shift-jis", "euc_kr"])
def test_an_encoding_that_exists_is_accepted(name):
    check_encoding(name, "encoding")


@pytest.mark.parametrize(
    ("most", "one", "encoding"),
    [
        ("a|Ünï.\nb|Schöne Grüße.\n", "c|Café.\n", "cp1252"),
        ("a|你好，世界。\nb|我喝水\n", "c|是的。\n", "gbk"),
        ("a|Né.\nb|Plain.\n", "c|À là.\n", "cp1252"),
    ],
)
def test_one_line_in_another_encoding_than_the_rest_is_named(most, one, encoding):
    with pytest.raises(TableError) as caught:
        decode(Path("list"), most.encode() + one.encode(encoding))
    assert caught.value.line == 3
    assert caught.value.why.startswith("is not UTF-8, but other lines are")


def test_several_lines_in_another_encoding_are_counted():
    data = "a|Schöne Grüße.\n".encode() + "b|Né.\nc|À là.\nd|Ça va.\n".encode("cp1252")
    with pytest.raises(TableError, match="is not UTF-8, nor are 2 more, but other lines are"):
        decode(Path("list"), data)


def test_files_in_one_encoding_are_decided_together():
    texts = ["Čas je.", "Přišel k nám.", "Jak se máte?"]
    decoder = TextDecoder()
    for at, text in enumerate(texts):
        decoder.decode(Path(f"{at}.txt"), text.encode("cp1250"))
    with pytest.raises(TableError) as caught:
        decoder.notes()
    assert (caught.value.path, caught.value.line) == (Path("0.txt"), 1)
    decoder = TextDecoder()
    texts = ["Où ?", "Voilà.", "Plain.", "L’été, j’étais à Nîmes."]
    assert [
        decoder.decode(Path(f"{at}.txt"), text.encode("cp1252")) for at, text in enumerate(texts)
    ] == texts
    (note,) = decoder.notes()
    assert note.startswith('0.txt and 2 more: not UTF-8 (line 1: "Où ?"); read as Windows-1252')


def test_a_file_that_cannot_be_opened_is_named(tmp_path):
    with pytest.raises(TableError, match=r"gone\.csv: cannot be read: no such file or directory"):
        read_table(tmp_path / "gone.csv")
