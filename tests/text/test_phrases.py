"""Lists of sentences: order, names, blank lines, and what is no list."""

import pytest

from voiceprep.errors import SourceError, TableError, UserError
from voiceprep.text.phrases import Phrase, name_phrases, read_phrases


def listed(tmp_path, text):
    path = tmp_path / "phrases.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_plain_lines_are_named_after_their_number_and_first_words(tmp_path):
    phrases = read_phrases(listed(tmp_path, "Hello there, it's me.\nÜber alles\n"))
    assert phrases.phrases == (
        Phrase("01-hello-there-its-me", "Hello there, it's me."),
        Phrase("02-über-alles", "Über alles"),
    )


def test_names_sort_as_the_lines_do(tmp_path):
    names = [phrase.id for phrase in read_phrases(listed(tmp_path, "Say it.\n" * 120)).phrases]
    assert names == sorted(names)
    assert len(set(names)) == 120


def test_blank_lines_are_left_out_and_reported_and_keep_their_number(tmp_path):
    phrases = read_phrases(listed(tmp_path, "\ufeffOne\r\n\r\n   \nid|\nTwo"))
    assert [phrase.id for phrase in phrases.phrases] == ["01-one", "05-two"]
    assert phrases.blank == (2, 3, 4)
    assert phrases.notes == ("numbers 2, 3, 4 are blank, and left out",)


def test_an_id_may_stand_before_the_text_and_a_filelists_path_too(tmp_path):
    phrases = read_phrases(listed(tmp_path, "a| One.\nwavs/LJ001-0001.wav|Two.\nThree.\n"))
    assert [phrase.id for phrase in phrases.phrases] == ["a", "LJ001-0001", "03-three"]
    assert phrases.phrases[0].text == "One."


@pytest.mark.parametrize(
    "line", ["|text", "..|text", "a/..|text", ".a|text", "a\x00b|text", 80 * "語" + "|text"]
)
def test_what_is_no_name_of_a_file_is_no_id(tmp_path, line):
    with pytest.raises(TableError, match=r"line 2: .* is not a valid file name"):
        read_phrases(listed(tmp_path, f"One.\n{line}\n"))


@pytest.mark.parametrize(
    "text, why",
    [
        ("a|One.\nb|Two.\na|Three.\n", "line 3: its id a is also that of line 1"),
        ("a|One.|Two\n", "more than one |"),
        (b"One.\n\xff\xfe\n", "line 2: not UTF-8"),
        ("", "contains no sentence"),
        ("\n \n", "contains no sentence"),
        ("a|\n", "contains no sentence"),
    ],
)
def test_what_is_no_list_is_reported_with_its_line(tmp_path, text, why):
    with pytest.raises(UserError) as error:
        read_phrases(listed(tmp_path, text))
    assert why in str(error.value)


def test_a_list_that_is_not_there(tmp_path):
    with pytest.raises(SourceError) as caught:
        read_phrases(tmp_path / "nowhere.txt")
    assert caught.value.path == tmp_path / "nowhere.txt"


def test_sentences_of_a_command_line_are_named_the_same_way():
    phrases = name_phrases(["A sentence.", " ", "日本!"])
    assert [phrase.id for phrase in phrases.phrases] == ["01-a-sentence", "03-日本"]
    assert phrases.notes == ("number 2 is blank, and left out",)
    with pytest.raises(UserError, match="nothing to say"):
        name_phrases(["", "\n"])


def test_a_sentence_that_is_not_utf8_is_reported_by_its_number():
    with pytest.raises(UserError, match="sentence 2 is not UTF-8"):
        name_phrases(["One.", "Tw\udcffo."])
