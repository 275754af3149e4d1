import json
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.text.lists import pairs
from voiceprep.errors import TableError
from voiceprep.text.list_reader import ListFormat
from voiceprep.text.sidecars import read_pairs, read_sidecars
from voiceprep.text.text_table import TextRow

WORDS = "绿 是 阳春 烟 景"
TRN = f"{WORDS}\nlv4 shi4 yang2 chun1\nl v4 sh ix4\n"


def put(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def beside(folder, *sounds, form=ListFormat()):
    """The texts of sounds by their places; each clip has its place without a suffix as id."""
    places = {Path(name).with_suffix("").as_posix(): [folder / name] for name in sounds}
    return read_sidecars(places, folder, form=form)


def test_texts_beside_the_sounds(tmp_path):
    (tmp_path / "a.txt").write_text("One\n two.\n")
    (tmp_path / "b.txt").write_text("2.")
    (tmp_path / "b.normalized.txt").write_text("Two.")
    (tmp_path / "c.lab").write_text("\n")
    sounds = {name: [tmp_path / f"{name}.wav"] for name in "abcd"}
    table = read_sidecars(sounds, tmp_path)
    assert pairs(table) == [("a", "One two."), ("b", "Two.")]
    assert table.notes == (f"{tmp_path / 'c.lab'} is empty",)


def test_a_json_beside_a_sound_may_tell_its_speaker(tmp_path):
    put(tmp_path, {"a.json": json.dumps({"text": "One.", "speaker": "anna"}), "b.json": "{}"})
    assert beside(tmp_path, "a.wav", "b.wav").rows == (TextRow("a", "One.", "anna"),)


def test_the_transcripts_of_thchs30_give_the_words_and_the_speaker(tmp_path):
    put(tmp_path, {"data/A11_0.wav.trn": TRN, "data/other.trn": TRN})
    assert beside(tmp_path, "data/A11_0.wav", "data/other.wav").rows == (
        TextRow("data/A11_0", WORDS, "A11"),
        TextRow("data/other", WORDS),
    )


def test_a_transcript_that_names_the_real_one_is_followed(tmp_path):
    put(tmp_path, {"data/A11_0.wav.trn": TRN, "train/A11_0.wav.trn": "../data/A11_0.wav.trn\n"})
    assert beside(tmp_path, "train/A11_0.wav").rows == (TextRow("train/A11_0", WORDS, "A11"),)


def test_the_pinyin_of_thchs30_is_read_where_it_is_asked_for(tmp_path):
    put(tmp_path, {"data/A11_0.wav.trn": TRN, "train/A11_0.wav.trn": "../data/A11_0.wav.trn\n"})
    table = beside(tmp_path, "train/A11_0.wav", form=ListFormat(pinyin=True))
    assert table.rows == (TextRow("train/A11_0", "lv4 shi4 yang2 chun1", "A11"),)


@pytest.mark.parametrize("second", ["", "l v4 sh ix4\n"])
def test_a_transcript_without_pinyin_gives_its_words(tmp_path, second):
    put(tmp_path, {"A11_0.wav.trn": f"{WORDS}\n{second}"})
    assert beside(tmp_path, "A11_0.wav", form=ListFormat(pinyin=True)).rows[0].text == WORDS


@pytest.mark.parametrize(
    "pointer",
    [
        "../../secret/A11_0.wav.trn",
        "/secret/A11_0.wav.trn",
        "../../corpus-2/A11_0.wav.trn",
        "../data/B2_1.wav.trn",
    ],
)
def test_a_transcript_that_leads_elsewhere_is_not_followed(tmp_path, pointer):
    for folder in ("secret", "corpus-2", "corpus/data"):
        put(tmp_path / folder, {"A11_0.wav.trn": "secret words", "B2_1.wav.trn": "other words"})
    put(tmp_path / "corpus", {"train/A11_0.wav.trn": pointer.replace("/secret/A", f"{tmp_path}/A")})
    with pytest.raises(TableError, match=r"A11_0\.wav\.trn, line 1: names .* not a transcript of"):
        beside(tmp_path / "corpus", "train/A11_0.wav")


def test_a_pointer_with_a_zero_byte_leads_nowhere(tmp_path):
    put(tmp_path, {"train/A11_0.wav.trn": "../da\0ta/A11_0.wav.trn\n"})
    with pytest.raises(TableError):
        read_sidecars({"A11_0": [tmp_path / "train" / "A11_0.wav"]}, tmp_path)


@pytest.mark.parametrize("real", [{}, {"data/A11_0.wav.trn": "../train/A11_0.wav.trn"}])
def test_a_transcript_that_leads_nowhere_is_reported(tmp_path, real):
    put(tmp_path, {"train/A11_0.wav.trn": "../data/A11_0.wav.trn"} | real)
    with pytest.raises(TableError, match=r"line 1: names .*, which has no words"):
        beside(tmp_path, "train/A11_0.wav")


def test_a_transcript_without_words_is_reported(tmp_path):
    put(tmp_path, {"A11_0.wav.trn": "\nlv4 shi4\n"})
    table = beside(tmp_path, "A11_0.wav")
    assert table.rows == ()
    assert table.notes == (f"{tmp_path / 'A11_0.wav.trn'} is empty",)


@pytest.mark.parametrize(
    "sound",
    [
        "wav48/p225/p225_001.wav",
        "wav48_silence_trimmed/p225/p225_001_mic1.flac",
        "wavs/p225/p225_001.wav",
    ],
)
def test_vctk_keeps_its_texts_in_a_folder_of_their_own(tmp_path, sound):
    put(tmp_path, {"txt/p225/p225_001.txt": "Please call Stella.\n"})
    (row,) = beside(tmp_path, sound).rows
    assert (row.text, row.speaker) == ("Please call Stella.", "p225")


def test_both_microphones_of_vctk_have_the_text(tmp_path):
    put(tmp_path, {"txt/p225/p225_001.txt": "Please call Stella."})
    rows = beside(tmp_path, "wav/p225/p225_001_mic1.flac", "wav/p225/p225_001_mic2.flac").rows
    assert [row.text for row in rows] == ["Please call Stella."] * 2


def test_a_folder_that_does_not_begin_the_name_is_no_speaker(tmp_path):
    put(tmp_path, {"txt/chapter/one.txt": "One."})
    assert beside(tmp_path, "wavs/chapter/one.wav").rows[0].speaker is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("basic5000/transcript_utf8.txt", "a:One.\n"),
        ("basic5000/wav/transcript_utf8.txt", "a:One.\n"),
        ("basic5000/etc/txt.done.data", '( a "One." )\n'),
        ("basic5000/txt.done.data", '( a "One." )\n'),
    ],
)
def test_a_list_of_the_sounds_folder_or_of_the_one_above(tmp_path, name, text):
    put(tmp_path, {name: text})
    assert pairs(beside(tmp_path, "basic5000/wav/a.wav")) == [("basic5000/wav/a", "One.")]


def test_each_folder_has_its_own_list_though_the_names_are_the_same(tmp_path):
    put(tmp_path, {"us/etc/txt.done.data": '( a "One." )', "uk/etc/txt.done.data": '( a "Two." )'})
    assert pairs(beside(tmp_path, "us/wav/a.wav", "uk/wav/a.wav")) == [
        ("us/wav/a", "One."),
        ("uk/wav/a", "Two."),
    ]


def test_a_chapter_of_librispeech_lies_beside_its_sounds(tmp_path):
    put(tmp_path, {"84/121/84-121.trans.txt": "84-121-0000 GO DO\n84-121-0001 BUT\n"})
    table = beside(tmp_path, "84/121/84-121-0000.flac")
    assert table.rows == (TextRow("84/121/84-121-0000", "GO DO", "84"),)
    assert table.notes[0].endswith("84-121.trans.txt: 1 text without a sound: 84-121-0001")


def test_a_bad_line_of_a_list_beside_sounds_is_named(tmp_path):
    put(tmp_path, {"transcript_utf8.txt": "a:One.\nnothing\n"})
    with pytest.raises(TableError) as caught:
        beside(tmp_path, "wav/a.wav")
    assert (caught.value.path.name, caught.value.line) == ("transcript_utf8.txt", 2)


def packed(path, files):
    """A tar or a zip of texts by name."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as zipped:
            for name, text in files.items():
                zipped.writestr(name, text)
        return path
    with tarfile.open(path, "w") as tar:
        put(path.parent / "packed", files)
        for name in files:
            tar.add(path.parent / "packed" / name, name)
    return path


@pytest.mark.parametrize("kind", ["x.tar", "x.zip"])
@pytest.mark.parametrize(
    ("texts", "row"),
    [
        ({"c/wavs/a.txt": "One.\n"}, TextRow("c/wavs/a", "One.")),
        ({"c/wavs/a.lab": "One.\n"}, TextRow("c/wavs/a", "One.")),
        ({"c/wavs/a.wav.trn": "One.\nw ah n\n"}, TextRow("c/wavs/a", "One.")),
        ({"c/transcript_utf8.txt": "a:One."}, TextRow("c/wavs/a", "One.")),
        ({"c/metadata.csv": "a|One.\n"}, TextRow("a", "One.", None, 1)),
        ({"metadata.csv": "c/wavs/a.wav|One.\n"}, TextRow("c/wavs/a.wav", "One.", None, 1)),
        ({"text": "a One.\n", "utt2spk": "a anna\n"}, TextRow("a", "One.", "anna", 1)),
    ],
)
def test_an_archive_of_sounds_and_texts_of_any_shape(tmp_path, kind, texts, row):
    table = read_pairs(packed(tmp_path / kind, {"c/wavs/a.wav": "RIFF"} | texts), {".wav"})
    assert table.rows == (row,)
    assert table.brings_sounds


def test_vctk_in_an_archive_tells_its_speakers(tmp_path):
    files = {"V/wav48/p225/p225_001.wav": "RIFF", "V/txt/p225/p225_001.txt": "Please."}
    table = read_pairs(packed(tmp_path / "x.zip", files), {".wav"})
    assert table.rows == (TextRow("V/wav48/p225/p225_001", "Please.", "p225"),)


def test_an_archive_of_texts_alone_is_named_as_the_sounds(tmp_path):
    files = {"txt/a.txt": "1.", "txt/a.normalized.txt": "One.", "txt/b.lab": "Two.", "LICENSE": "?"}
    table = read_pairs(packed(tmp_path / "x.zip", files), {".wav"})
    assert pairs(table) == [("txt/a", "One."), ("txt/b", "Two.")]
    assert not table.brings_sounds
    listed = packed(tmp_path / "y.zip", {"metadata.csv": "a|One.\n", "readme.txt": "?"})
    assert pairs(read_pairs(listed, {".wav"})) == [("a", "One.")]


def test_a_pointer_in_an_archive_stays_within_it(tmp_path):
    files = {"t/train/A1_0.wav": "RIFF", "t/train/A1_0.wav.trn": "../data/A1_0.wav.trn"}
    path = packed(tmp_path / "x.zip", files | {"t/data/A1_0.wav.trn": TRN})
    assert pairs(read_pairs(path, {".wav"})) == [("t/train/A1_0", WORDS)]
    put(tmp_path, {"data/A1_0.wav.trn": "secret words"})
    files = {"A1_0.wav": "RIFF", "A1_0.wav.trn": "../data/A1_0.wav.trn"}
    with pytest.raises(TableError, match=r"\.\./data/A1_0\.wav\.trn"):
        read_pairs(packed(tmp_path / "y.zip", files), {".wav"})


def test_a_bad_line_in_an_archive_is_named_with_its_member(tmp_path):
    files = {"a.wav": "RIFF", "metadata.csv": "a|One.\nb\n"}
    with pytest.raises(TableError, match=r"x\.zip/metadata\.csv, line 2: has 1 column"):
        read_pairs(packed(tmp_path / "x.zip", files), {".wav"})


@pytest.mark.parametrize(
    "name",
    ["a.TXT", "a.Txt", "a.LAB", "a.normalized.TXT", "a.NORMALIZED.txt", "a.WAV.TRN", "a.Trn"],
)
def test_the_suffix_of_a_text_may_be_in_capitals(tmp_path, name):
    put(tmp_path, {name: "One.\n"})
    for sound in ("a.wav", "a.WAV"):
        assert pairs(beside(tmp_path, sound)) == [("a", "One.")]
    path = packed(tmp_path / "x.zip", {"a.wav": "RIFF", name: "One."})
    assert pairs(read_pairs(path, {".wav"})) == [("a", "One.")]
    path = packed(tmp_path / "y.zip", {name: "One."})
    assert pairs(read_pairs(path, {".wav"})) == [("a", "One.")]


def test_a_json_in_capitals_is_read_as_json(tmp_path):
    put(tmp_path, {"a.JSON": json.dumps({"text": "One.", "speaker": "anna"})})
    assert beside(tmp_path, "a.wav").rows == (TextRow("a", "One.", "anna"),)


def test_a_text_of_another_sound_is_not_taken_for_its_capitals(tmp_path):
    put(tmp_path, {"A.txt": "One.", "b.txt": "Two."})
    assert pairs(beside(tmp_path, "a.wav", "b.wav")) == [("b", "Two.")]


def test_two_texts_that_differ_in_the_case_of_their_suffix_are_named(tmp_path):
    put(tmp_path, {"a.TXT": "One.", "a.txt": "One."})
    assert pairs(beside(tmp_path, "a.wav")) == [("a", "One.")]
    put(tmp_path, {"a.txt": "Two."})
    with pytest.raises(TableError) as caught:
        beside(tmp_path, "a.wav")
    assert caught.value.path == tmp_path / "a.TXT"
    assert caught.value.why == "holds another text than a.txt: keep one of them"


def test_texts_beside_sounds_in_another_encoding_are_judged_together(tmp_path):
    for name, text in {"a": "Où ?", "b": "L’été, j’étais à Nîmes.", "c": "Plain."}.items():
        (tmp_path / f"{name}.txt").write_bytes(text.encode("cp1252"))
    table = beside(tmp_path, "a.wav", "b.wav", "c.wav")
    assert pairs(table)[0] == ("a", "Où ?")
    assert len(table.notes) == 1


@pytest.mark.parametrize("name", ["a.txt", "a.lab", "a.trn", "a.json"])
def test_texts_beside_sounds_need_the_name_of_another_encoding(tmp_path, name):
    text = '{"text": "表示。"}' if name == "a.json" else "表示。"
    (tmp_path / name).write_bytes(text.encode("shift_jis"))
    with pytest.raises(TableError) as caught:
        beside(tmp_path, "a.wav")
    assert (caught.value.path, caught.value.line) == (tmp_path / name, 1)
    table = read_sidecars({"a": [tmp_path / "a.wav"]}, tmp_path, form=ListFormat("shift_jis"))
    assert pairs(table) == [("a", "表示。")]
