"""What each column of a list is, as named or by what it holds."""

import pytest

from tests.text.lists import pairs, read
from voiceprep.errors import SettingError, TableError
from voiceprep.text.column_roles import describe_roles, infer_roles, parse_roles
from voiceprep.text.list_reader import ListFormat
from voiceprep.text.metadata import read_table

IDS = ["c1", "c2", "c3", "c4"]
TEXTS = ["Yes, it is.", "No.", "Perhaps so.", "Never again."]


def rows(*columns):
    return list(zip(*columns, strict=True))


@pytest.mark.parametrize(
    ("columns", "roles"),
    [
        ((IDS, TEXTS), "id,text"),
        ((IDS, TEXTS, TEXTS), "id,text,normalized"),
        ((IDS, TEXTS, [""] * 4), "id,text,other"),
        ((IDS, ["anna", "anna", "bert", "bert"], TEXTS), "id,speaker,text"),
        ((IDS, ["anna"] * 4, TEXTS), "id,speaker,text"),
        ((IDS, ["12", "3", "12", "4"], TEXTS), "id,speaker,text"),
        ((IDS, TEXTS, ["12", "3", "12", "4"]), "id,text,speaker"),
        ((IDS, TEXTS, ["anna", "bert", "carl", "dora"]), "id,text,speaker"),
        ((IDS, TEXTS, ["jɛs ɪt ɪz", "noʊ", "pɚhæps soʊ", "nɛvɚ əɡɛn"]), "id,text,other"),
        ((IDS, ["jɛs ɪt ɪz", "noʊ", "pɚhæps soʊ", "nɛvɚ əɡɛn"], TEXTS), "id,other,text"),
        ((IDS, TEXTS, ["Ja, doch.", "Nein.", "Vielleicht.", "Nie mehr."]), "id,text,other"),
        ((IDS, TEXTS, ["1.90", "1.91", "1.90", "0:02"]), "id,text,other"),
        ((IDS, TEXTS, ["3450", "2210", "4100", "1980"]), "id,text,other"),
        ((IDS, ["0 0 1", "0 2", "1 1", "2 0"], TEXTS), "id,other,text"),
        ((IDS, ["ni3 hao3", "zai4 jian4", "xie4 xie5", "ma1 ma5"], TEXTS), "id,other,text"),
        ((IDS, ["EN"] * 4, ["0", "1", "0", "1"], TEXTS), "id,other,speaker,text"),
        (
            (IDS, TEXTS, ["f", "m", "f", "m"], ["anna", "bert", "anna", "carl"]),
            "id,text,other,speaker",
        ),
        ((IDS, ["7", "2", "9", "4"], ["seven", "two", "nine", "four"]), "id,text,normalized"),
        ((["1", "2", "3", "4"], IDS, TEXTS), "other,id,text"),
        (
            (IDS, ["wavs/c1.wav", "wavs/c2.wav", "wavs/c3.wav", "wavs/c4.wav"], TEXTS),
            "id,other,text",
        ),
        ((TEXTS, ["c1.wav", "c2.wav", "c3.wav", "c4.wav"]), "text,id"),
        ((["anna", "anna", "bert", "bert"], TEXTS, IDS), "speaker,text,id"),
        (
            (IDS, ["anna", "anna", "bert", "bert"], ["EN"] * 4, TEXTS, TEXTS),
            "id,speaker,other,text,normalized",
        ),
    ],
)
def test_columns_are_known_by_what_they_hold(columns, roles):
    assert infer_roles(rows(*columns), IDS) == [tuple(roles.split(","))]


def test_a_normalised_text_may_spell_numbers_and_titles_out():
    texts = ["It was 5.", "Dr. Smith paid $3 to St. John."]
    normalised = ["It was five.", "Doctor Smith paid three dollars to Saint John."]
    assert infer_roles(rows(IDS[:2], texts, normalised), IDS) == [("id", "text", "normalized")]


def test_a_normalised_text_may_spell_numbers_in_any_language():
    texts = ["Im Jahr 1999 kam er.", "Am 3. Mai.", "Es kostet 5 €.", "Gut."]
    normalised = [
        "Im Jahr neunzehnhundert kam er.",
        "Am dritten Mai.",
        "Es kostet fünf Euro.",
        "Gut.",
    ]
    assert infer_roles(rows(IDS, texts, normalised), IDS) == [("id", "text", "normalized")]


def test_numbers_are_spelled_in_texts_without_spaces():
    texts = ["2024年の春です。", "水を3杯飲む。"]
    normalised = ["二千二十四年の春です。", "水を三杯飲む。"]
    assert infer_roles(rows(IDS[:2], texts, normalised), IDS) == [("id", "text", "normalized")]


def test_a_text_of_one_endless_word_takes_no_longer_than_another():
    texts = [f"{'a' * 200_000} 7", "Am 3. Mai."]
    normalised = [f"{'a' * 200_000} seven", "Am dritten Mai."]
    assert infer_roles(rows(IDS[:2], texts, normalised), IDS) == [("id", "text", "normalized")]


def test_a_third_copy_of_the_texts_is_no_speaker():
    times, english = ["3.5", "4.1", "1.8", "2.2"], ["One day.", "I tried.", "Save it.", "Who?"]
    found = infer_roles(rows(IDS, TEXTS, TEXTS, TEXTS, times, english), IDS)
    assert found == [("id", "text", "normalized", "other", "other", "other")]


def test_large_numbers_in_the_ids_are_speakers():
    ids = [f"{speaker}_12_000{speaker}" for speaker in (84, 1272, 2035, 8975)]
    columns = (ids, TEXTS, ["84", "1272", "2035", "8975"])
    assert infer_roles(rows(*columns), ids) == [("id", "text", "speaker")]


def test_names_of_speakers_are_known_by_the_names_of_the_sounds():
    names = ["anna", "bert", "carl", "dora"] * 10
    words = ["one", "two", "three", "four", "five"] * 8
    ids = [f"{name}_{number}" for number, name in enumerate(names)]
    assert infer_roles(rows(ids, words, names), ()) == [("id", "text", "speaker")]


@pytest.mark.parametrize(
    ("columns", "readings"),
    [
        ((IDS, ["hund", "katze", "maus", "kuh"], ["dog", "cat", "mouse", "cow"]), (1, 2)),
        ((IDS, ["anna", "bert", "carl", "dora"], TEXTS), (2, 1)),
        ((IDS, ["anna", "anna", "bert", "bert"], ["1", "2", "3", "4"]), (2, 1)),
        (
            (
                [f"d{number}" for number in range(40)],
                ["one", "two", "three", "four"] * 10,
                ["anna", "bert", "carl", "dora", "emil"] * 8,
            ),
            (1, 2),
        ),
        ((IDS, TEXTS, ["Yes, it may.", "No one.", "Perhaps.", "Never ever."]), (2, 1)),
    ],
)
def test_in_doubt_there_are_two_readings(columns, readings):
    found = infer_roles(rows(*columns), ())
    spoken = [roles.index("normalized" if "normalized" in roles else "text") for roles in found]
    assert tuple(spoken) == readings


def test_labels_are_neither_a_text_nor_its_normalised_form():
    columns = (IDS, ["EN-default"] * 4, ["EN"] * 4, TEXTS)
    assert infer_roles(rows(*columns), IDS) == [("id", "speaker", "other", "text")]


def test_a_list_in_doubt_shows_both_readings_and_how_to_choose(tmp_path):
    with pytest.raises(TableError) as caught:
        read(tmp_path, "\n".join(map("|".join, rows(IDS, ["a", "b", "c", "d"], TEXTS))))
    for shown in ("--columns id,speaker,text", "'Yes, it is.'", "--columns id,text,speaker", "'a'"):
        assert shown in caught.value.why


def test_roles_are_told_where_they_are_not_the_usual_ones(tmp_path):
    table = read(tmp_path, "c1|anna|Yes.\nc2|anna|No.\nc3|bert|So.\nc4|bert|Ah.\n")
    (note,) = table.notes
    assert "column 2: speaker, 2 values; column 3: text" in note
    assert not read(tmp_path, "c1|It is 5.|It is five.\nc2|No.|No.\n").notes
    described = describe_roles(("id", "text", "other"), [("c1", "Yes.", "")])
    assert described == "column 1: id; column 2: text"


def test_named_columns_are_taken_as_named(tmp_path):
    path = tmp_path / "list.txt"
    path.write_text("c1|anna|Yes.\nc2|bert|No.\n")

    def texts(columns):
        return [
            (row.text, row.speaker)
            for row in read_table(path, (), ListFormat(columns=parse_roles(columns))).rows
        ]

    named, second = texts("id,speaker,text"), texts("id,text,other")
    assert named == [("Yes.", "anna"), ("No.", "bert")]
    assert second == [("anna", None), ("bert", None)]
    with pytest.raises(TableError):
        texts("id,text")


def test_named_columns_of_a_csv_and_of_a_list_with_a_header(tmp_path):
    path, form = tmp_path / "list.csv", ListFormat(columns=parse_roles("id,speaker,text"))
    for header in ("", "id,text,sentence\n"):
        path.write_text(f"{header}c1,anna,Yes.\n")
        (row,) = read_table(path, (), form).rows
        assert (row.key, row.speaker, row.text) == ("c1", "anna", "Yes.")


@pytest.mark.parametrize("columns", ["text", "id,name", "id,text,text", "id,speaker", "id,,text"])
def test_columns_that_cannot_be_are_refused(columns):
    with pytest.raises(SettingError, match="columns"):
        parse_roles(columns)


def test_a_bar_between_blanks_is_part_of_a_text(tmp_path):
    table = read(tmp_path, "c1|Yes, it is | or not.\nc2|No.\nc3|So.\n")
    assert pairs(table)[0] == ("c1", "Yes, it is | or not.")
