from pathlib import Path

import pytest

from tests.text.lists import read
from voiceprep.errors import TableErrors
from voiceprep.text.joining import folder_speakers, join_rows
from voiceprep.text.text_table import TextRow, TextTable


def join(keys, ids):
    rows = tuple(TextRow(key, f"text of {key}", line=at) for at, key in enumerate(keys, start=1))
    return join_rows(TextTable(Path("list"), rows), ids)


@pytest.mark.parametrize(
    "key",
    [
        "a/b",
        "a/b.wav",
        "./a/b.mp3",
        "wavs/a/b.wav",
        "/home/me/wavs/a/b.flac",
        "C:\\x\\a\\b.wav",
        "b",
    ],
)
def test_a_name_is_joined_to_its_clip_however_it_is_written(key):
    joined = join([key], ["a/b", "c"])
    assert joined.rows["a/b"].key == key
    assert joined.without_text == ("c",)


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("c1.wav", "sub/c1"),
        ("wavs/c1.wav", "sub/deep/c1"),
        ("part1/c1", "c1"),
        ("a/c1", "x/a/c1"),
        ("a\\c1.wav", "x/a/c1"),
        ("C1.WAV", "c1"),
        ("A/C1", "x/a/c1"),
        ("c1", "c1 "),
        ("c1 ", "c1 "),
        ("c1 .wav", "c1 "),
        ("c1", "sub/c1 "),
        ("c1", " c1"),
        ("c1\\", "c1\\"),
        ("c1\\.wav", "c1\\"),
        ("c1", "c1\\"),
        ("a\\b", "a\\b"),
    ],
)
def test_a_name_is_joined_to_the_one_sound_that_it_can_be(key, name):
    joined = join([key], [name, "other/c2"])
    assert list(joined.rows) == [name]


@pytest.mark.parametrize(
    ("ids", "keys"),
    [
        (["a/c1", "b/c1"], ["a/c1", "b/c1"]),
        (["x/a/c1", "x/b/c1"], ["a/c1", "b/c1"]),
        (["c1", "c1 "], ["c1", "c1 "]),
        (["c1", "C1"], ["c1", "C1"]),
        (["c1", "x/a/c1"], ["wavs/c1", "a/c1"]),
    ],
)
def test_each_name_goes_to_the_sound_whose_path_it_has_most_of(ids, keys):
    joined = join(keys, ids)
    assert [joined.rows[name].key for name in ids] == keys
    assert not joined.unclear


@pytest.mark.parametrize(
    ("key", "ids"),
    [("c1", ["a/c1", "b/c1"]), ("a/c1", ["x/a/c1", "y/a/c1"]), ("Ça", ["ça", "ÇA"])],
)
def test_a_name_that_several_sounds_can_be_is_unclear_and_names_them(key, ids):
    (unclear,) = join([key], ids).unclear
    assert sorted(unclear.ids) == sorted(ids)


def test_the_text_of_a_sound_that_gave_no_clip_belongs_to_no_other():
    rows = tuple(TextRow(key, key, line=at) for at, key in enumerate(["p/c1", "c2", "x"], start=1))
    left_out = {"p/c1": "quarantined", "c2": "failed", "c3": "failed"}
    joined = join_rows(TextTable(Path("list"), rows), ["q/c1"], left_out)
    assert joined.rows == {}
    assert joined.without_text == ("q/c1",)
    assert joined.left_out == {"failed": rows[1:2], "quarantined": rows[:1]}
    assert joined.without_sound == rows[2:]


def test_a_name_with_dots_is_joined_whole():
    assert list(join(["v1.2"], ["v1.2", "v1"]).rows) == ["v1.2"]


def test_a_name_longer_than_any_path_belongs_to_no_clip():
    long = "/" * 1_000_000 + "a"
    joined = join([long, "./" * 2000 + "a"], ["a"])
    assert [row.key for row in joined.without_sound] == [long]
    assert list(joined.rows) == ["a"]


def test_what_is_no_suffix_of_a_sound_belongs_to_the_name():
    joined = join(["ch1", "ch1.3"], ["ch1", "ch1.2"])
    assert joined.rows["ch1"].key == "ch1"
    assert [row.key for row in joined.without_sound] == ["ch1.3"]


def test_what_found_no_partner_is_reported_both_ways():
    joined = join(["a", "x"], ["a", "b"])
    assert joined.without_text == ("b",)
    assert [row.key for row in joined.without_sound] == ["x"]


def test_a_name_that_fits_two_clips_is_not_guessed():
    joined = join(["s1", "p/s2"], ["p/s1", "q/s1", "p/s2"])
    (unclear,) = joined.unclear
    assert [row.key for row in unclear.rows] == ["s1"]
    assert unclear.ids == ("p/s1", "q/s1")
    assert list(joined.rows) == ["p/s2"]


def test_a_whole_name_goes_before_a_guess():
    joined = join(["other/a", "a"], ["a"])
    assert joined.rows["a"].key == "a"
    assert [row.key for row in joined.without_sound] == ["other/a"]


def test_two_guesses_at_one_clip_are_unclear():
    joined = join(["x/a", "y/a"], ["a"])
    (unclear,) = joined.unclear
    assert [row.key for row in unclear.rows] == ["x/a", "y/a"]
    assert unclear.ids == ("a",)
    assert joined.without_text == ("a",)


def test_names_are_the_same_however_their_accents_are_written(tmp_path):
    table = read(tmp_path, "cafe\u0301|One.\n")
    assert list(join_rows(table, ["caf\u00e9"]).rows) == ["caf\u00e9"]
    assert list(join_rows(table, ["cafe\u0301"]).rows) == ["cafe\u0301"]


def test_a_path_that_leads_out_is_only_compared():
    assert join(["../../etc/passwd"], ["a"]).without_sound


def test_two_texts_for_one_clip_are_reported():
    rows = [TextRow("a.wav", "One.", line=1), TextRow("a", "Two.", line=2)]
    rows += [TextRow("b.mp3", "Three.", line=3), TextRow("b", "Four.", line=4)]
    with pytest.raises(TableErrors) as caught:
        join_rows(TextTable(Path("list"), tuple(rows)), ["a", "b"])
    assert [(error.path, error.line) for error in caught.value.errors] == [
        (Path("list"), 2),
        (Path("list"), 4),
    ]


@pytest.mark.parametrize(
    ("ids", "people"),
    [
        (["p225/p225_001", "p226/p226_001"], ["p225", "p226"]),
        (["wav48/p225/p225_001", "wav48/p226/p226_001"], ["p225", "p226"]),
        (["anna/1", "anna/2", "bob/1", "bob/2"], ["anna", "anna", "bob", "bob"]),
        (["anna/day1/1", "anna/day2/2", "bob/1", "bob/2"], ["anna", "anna", "bob", "bob"]),
        (["jvs001/parallel100/wav24kHz16bit/x", "jvs002/parallel100/wav24kHz16bit/x"] * 2, None),
        (["train-clean-100/84/12/84-12-0", "train-clean-100/85/1/85-1-0"], ["84", "85"]),
    ],
)
def test_folders_are_speakers_where_there_are_several(ids, people):
    ids = [f"{name}{number}" for number, name in enumerate(ids)]
    people = people or [name.split("/")[0] for name in ids]
    assert folder_speakers(ids) == dict(zip(ids, people, strict=True))


@pytest.mark.parametrize(
    "ids",
    [
        [],
        ["a", "b"],
        ["anna/1", "anna/2"],
        ["anna/1", "anna/2", "bob/1"],
        ["anna/1", "anna/2", "bob/1", "bob/2", "loose"],
        ["chapter1/a", "chapter1/b", "chapter2/a", "chapter2/b"],
        ["1/a", "1/b", "2/a", "2/b"],
        ["basic5000/a", "basic5000/b", "travel1000/a", "travel1000/b"],
        ["anna/happy/1", "anna/happy/2", "anna/sad/1", "anna/sad/2"],
    ],
)
def test_folders_that_may_be_anything_are_no_speakers(ids):
    assert folder_speakers(ids) == {}


@pytest.mark.parametrize("name", ["blank ", " lead", "back\\", "in\\side", "a/b ", "ü\u3000"])
def test_a_name_that_a_list_cannot_hold_as_it_is_keeps_its_text(name):
    joined = join([name.strip()], [name, "other"])
    assert list(joined.rows) == [name]
    assert joined.without_text == ("other",)


def test_of_two_names_that_read_alike_each_has_its_own():
    joined = join(["a"], ["a", "a "])
    assert (list(joined.rows), joined.without_text) == (["a"], ("a ",))
    assert join(["a/b"], ["a\\b", "a/b"]).rows.keys() == {"a/b"}
