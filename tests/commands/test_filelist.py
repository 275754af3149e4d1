import json
import zipfile
from dataclasses import replace

import pytest

from tests.signals import sweep, write
from voiceprep.audio.cache import CacheConfig
from voiceprep.batch.run import WriteConfig
from voiceprep.clip import read_clips
from voiceprep.commands.convert import convert
from voiceprep.commands.filelist import filelist
from voiceprep.commands.mels import mels
from voiceprep.errors import SettingError, TableError, TargetError, UserError
from voiceprep.quality.check import FailConfig
from voiceprep.text.encode import TextConfig
from voiceprep.text.filelist import FilelistConfig, read_splits
from voiceprep.text.rewrites import JOINED

ALL = FilelistConfig(split="all-train")
HALVES = FilelistConfig(split="1/1/1")


@pytest.fixture
def converted(dataset):
    convert(dataset / "mp3dir", dataset=dataset)
    return dataset


def lists(dataset):
    folder = dataset / "filelists"
    return {path.stem: path.read_text() for path in sorted(folder.glob("*.txt"))}


def output(result):
    return "\n".join(result.lines())


def test_all_clips_train(converted):
    result = filelist(dataset=converted, config=ALL)
    found = lists(converted)
    assert found["train"] == (
        "wavs/a.wav|First of all.\nwavs/b.wav|Then the second.\nwavs/c.wav|And a third.\n"
    )
    assert found["mel_train"].startswith("mels/a.npy|First of all.\n")
    assert [found[name] for name in ("val", "test", "mel_val", "mel_test")] == [""] * 4
    assert result.exit_code == 0


def test_texts_come_into_the_list_of_clips(converted):
    filelist(dataset=converted, config=ALL)
    assert [clip.text for clip in read_clips(converted / "clips.jsonl")] == [
        "First of all.",
        "Then the second.",
        "And a third.",
    ]


def test_it_works_without_a_list_of_clips(tmp_path):
    write(tmp_path / "wavs" / "a.wav", sweep(1.5))
    (tmp_path / "metadata.csv").write_text("a|One.\n")
    result = filelist(dataset=tmp_path, config=ALL)
    assert result.batch.seconds["kept"] == 1.5
    assert read_clips(tmp_path / "clips.jsonl")[0].seconds == 1.5


def test_clips_and_texts_that_do_not_join_are_reported(converted):
    (converted / "metadata.csv").write_text("a|One.\nb|Two.\nx|Nobody said this.\n")
    result = filelist(dataset=converted, config=ALL)
    assert result.exit_code == 3
    assert [row.id for row in result.batch.outcomes if row.status == "quarantined"] == ["c"]
    assert "c  has no text" in output(result)
    assert "x (line 3)" in output(result)


def test_a_list_in_another_encoding_needs_its_name(converted):
    (converted / "metadata.csv").write_bytes("a|Да.\nb|Нет.\nc|Привет.\n".encode("cp1251"))
    with pytest.raises(TableError) as caught:
        filelist(dataset=converted, config=ALL)
    assert caught.value.line == 1
    filelist(dataset=converted, config=replace(ALL, encoding="cp1251"))
    assert lists(converted)["train"].startswith("wavs/a.wav|Да.\n")
    with pytest.raises(SettingError):
        FilelistConfig(encoding="no-such-encoding")


def test_a_second_run_does_nothing(converted):
    filelist(dataset=converted)
    before = {path: path.stat().st_mtime_ns for path in converted.rglob("*")}
    assert filelist(dataset=converted).batch.counts["skipped"] == 3
    assert {path: path.stat().st_mtime_ns for path in converted.rglob("*")} == before


def test_splits_are_kept_when_clips_are_added_or_converted_again(converted):
    first = filelist(dataset=converted, config=HALVES)
    assert sorted(first.splits.values()) == ["test", "train", "val"]
    write(converted / "mp3dir" / "d.wav", sweep(3.0, 44100), 44100)
    with (converted / "metadata.csv").open("a") as file:
        file.write("d|A fourth one.\n")
    convert(converted / "mp3dir", dataset=converted)
    (converted / "wavs" / "a.wav").unlink()
    convert(converted / "mp3dir", dataset=converted)
    second = filelist(dataset=converted, config=HALVES)
    assert second.splits == first.splits | {"d": "train"}


def test_too_few_clips_are_split_when_more_are_added(converted):
    third = (converted / "wavs" / "c.wav").rename(converted / "c.wav")
    first = filelist(dataset=converted, config=HALVES)
    assert "2 clips are too few to split: all are in train for now" in output(first)
    third.rename(converted / "wavs" / "c.wav")
    second = filelist(dataset=converted, config=HALVES)
    assert sorted(second.splits.values()) == ["test", "train", "val"]


def test_a_renamed_recording_keeps_its_split(converted):
    first = filelist(dataset=converted, config=HALVES)
    (converted / "mp3dir" / "a.wav").rename(converted / "mp3dir" / "z.wav")
    (converted / "wavs" / "a.wav").unlink()
    (converted / "metadata.csv").write_text("z|First.\nb|Then the second.\nc|And a third.\n")
    convert(converted / "mp3dir", dataset=converted)
    second = filelist(dataset=converted, config=FilelistConfig(split="2/1/0"))
    assert second.splits["z"] == first.splits["a"]
    rows = read_splits(converted / "filelists" / "splits.jsonl")
    assert {row.split for row in rows} == {"1/1/1"}


def test_clips_with_one_text_stay_in_one_split_with_a_note(converted):
    (converted / "metadata.csv").write_text("a|Same.\nb|Same.\nc|Same.\n")
    result = filelist(dataset=converted, config=FilelistConfig(split="0.3/0.3/0.4"))
    assert len(set(result.splits.values())) == 1
    assert any("split" in note for note in result.batch.notes)


def test_another_split_moves_no_clip_and_says_how_to(converted):
    first = filelist(dataset=converted, config=HALVES)
    second = filelist(dataset=converted, config=FilelistConfig(split="0.5/0.5/0.0"))
    assert second.splits == first.splits
    assert "delete splits.jsonl to draw them as" in output(second)


def test_splits_are_kept_while_all_train(converted):
    first = filelist(dataset=converted, config=HALVES)
    everyone = filelist(dataset=converted, config=ALL)
    assert set(everyone.splits.values()) == {"train"}
    assert "2 held-out clips of splits.jsonl are in train now" in output(everyone)
    assert filelist(dataset=converted, config=HALVES).splits == first.splits


def test_too_few_clips_for_the_counts_are_noted(converted):
    result = filelist(dataset=converted)
    assert "ljspeech needs 13100 clips, the dataset has 3: 1/1/1" in output(result)


def test_characters_that_would_not_be_spoken_are_named_with_their_clips(converted):
    (converted / "metadata.csv").write_text("a|50 % of it.\nb|100% of it.\nc|Plain.\n")
    result = filelist(dataset=converted, config=ALL)
    assert "not read as written, in 2 clips" in output(result)
    assert "'%' dropped × 2: a, b (100% -> one hundred)" in output(result)
    assert [finding.id for finding in result.findings] == ["a", "b"]
    *_, last = result.rows()
    assert last["summary"]["unknown_symbols"] == {"%": {"count": 2, "clips": ["a", "b"]}}


def test_lossy_rewrites_are_told_once_with_count_and_examples(converted):
    texts = ["wait—now, oh—no", "“quoted” café—and", "水を飲む"]
    rows = [f"{id}|{text}\n" for id, text in zip("abc", texts, strict=True)]
    (converted / "metadata.csv").write_text("".join(rows), encoding="utf-8")
    result = filelist(dataset=converted, config=ALL)
    where = result.lines().index("not read as written, in 3 clips")
    assert result.lines()[where + 1 :] == [
        f"  '—' {JOINED} × 3: a (wait—now, -> waitnow,), b (café—and -> cafeand)",
        "  CJK letters transliterated × 1: c (水を飲む -> shui woyin mu)",
    ]
    *_, last = result.rows()
    assert last["summary"]["unknown_symbols"] == {"—": {"count": 3, "clips": ["a", "b"]}}
    assert last["summary"]["rewrites"][1] == {
        "what": "CJK letters",
        "effect": "transliterated",
        "typed": "水を飲む",
        "read": "shui woyin mu",
        "count": 1,
        "clips": ["c"],
    }
    assert {finding.check for finding in result.findings} == {"unknown_symbols", "lossy_rewrites"}


def test_characters_that_cannot_be_seen_are_named(converted):
    (converted / "metadata.csv").write_text("a|One\u202c.\nb|Two.\nc|Three.\n", encoding="utf-8")
    result = filelist(dataset=converted, config=ALL)
    named = "U+202C pop directional formatting"
    assert f"{named} dropped × 1: a (One<U+202C>. -> one.)" in output(result)
    *_, last = result.rows()
    assert list(last["summary"]["unknown_symbols"]) == [named]
    assert last["summary"]["rewrites"][0]["what"] == named


def test_a_long_list_of_rewrites_is_cut(converted):
    letters = " ".join(map(chr, range(0x3B1, 0x3B1 + 40)))
    (converted / "metadata.csv").write_text(f"a|{letters}\nb|Two.\nc|Three.\n", encoding="utf-8")
    basic = TextConfig(cleaner="basic_cleaners")
    result = filelist(dataset=converted, config=ALL, text=basic)
    assert result.lines()[-1] == "  … and 10 more kinds, see --json"


def test_a_script_may_ask_to_fail_on_findings(converted):
    strict = FailConfig(fail_on="finding")
    assert filelist(dataset=converted, config=ALL, fail=strict).exit_code == 0
    (converted / "metadata.csv").write_text("a|50 % of it.\nb|Two.\nc|Three.\n")
    assert filelist(dataset=converted, config=ALL).exit_code == 0
    assert filelist(dataset=converted, config=ALL, fail=strict).exit_code == 1
    (converted / "metadata.csv").write_text("a|50 % of it.\nb|Two.\n")
    assert filelist(dataset=converted, config=ALL, fail=strict).exit_code == 3


def test_the_cleaner_decides_what_is_unknown(converted):
    (converted / "metadata.csv").write_text("a|Ünï.\nb|Two.\nc|Three.\n")
    assert not filelist(dataset=converted, config=ALL).findings
    basic = TextConfig(cleaner="basic_cleaners")
    assert filelist(dataset=converted, config=ALL, text=basic).findings


def test_a_pipe_in_a_text_becomes_a_space_with_a_warning(converted):
    (converted / "metadata.csv").write_text('id,text\na,one|two\nb,"x\ny"\nc,z\n')
    result = filelist(dataset=converted, config=ALL)
    assert lists(converted)["train"].startswith("wavs/a.wav|one two\nwavs/b.wav|x y\n")
    assert "a | or a line break in its text was replaced by a space" in output(result)


def test_a_pipe_in_a_name_quarantines_the_clip(tmp_path):
    write(tmp_path / "wavs" / "a|b.wav", sweep())
    (tmp_path / "metadata.tsv").write_text("id\ttext\na|b\tOne.\n")
    result = filelist(dataset=tmp_path, config=ALL)
    assert result.exit_code == 3
    assert "rename it" in result.batch.outcomes[0].why


def test_texts_beside_the_recordings_are_found(converted):
    (converted / "metadata.csv").unlink()
    (converted / "mp3dir" / "a.txt").write_text("Beside the recording.")
    (converted / "wavs" / "b.lab").write_text("Beside the wav.")
    result = filelist(dataset=converted, config=ALL)
    assert lists(converted)["train"] == (
        "wavs/a.wav|Beside the recording.\nwavs/b.wav|Beside the wav.\n"
    )
    assert result.batch.counts["quarantined"] == 1


def test_another_list_may_be_named_from_here_or_in_the_dataset(converted, monkeypatch):
    (converted / "own.txt").write_text("a|Own one.\nb|Own two.\nc|Own three.\n")
    for name in ("own.txt", str(converted / "own.txt")):
        result = filelist(dataset=converted, config=FilelistConfig("all-train", name))
        assert result.exit_code == 0
    assert "Own one." in lists(converted)["train"]


def test_several_lists_are_noted(converted):
    (converted / "metadata.txt").write_text("a|Other.\n")
    assert "read metadata.csv and ignored metadata.txt" in output(
        filelist(dataset=converted, config=ALL)
    )


def test_texts_of_clips_listed_before_are_kept_where_there_is_no_list(converted):
    filelist(dataset=converted, config=ALL)
    (converted / "metadata.csv").unlink()
    assert filelist(dataset=converted, config=ALL).exit_code == 0


def test_without_any_text_the_error_names_what_was_searched(converted):
    (converted / "metadata.csv").unlink()
    with pytest.raises(UserError, match=r"no texts found: neither a list such as metadata\.csv"):
        filelist(dataset=converted, config=ALL)


def test_lists_can_be_of_sounds_only(converted):
    filelist(dataset=converted, config=ALL)
    before = (converted / "clips.jsonl").read_bytes()
    result = filelist(dataset=converted, config=replace(ALL, metadata="no"))
    found = lists(converted)
    assert found["train"] == "wavs/a.wav\nwavs/b.wav\nwavs/c.wav\n"
    assert found["mel_train"] == "mels/a.npy\nmels/b.npy\nmels/c.npy\n"
    assert (result.exit_code, result.findings) == (0, ())
    assert (converted / "clips.jsonl").read_bytes() == before


def test_sounds_without_texts_are_split_one_by_one(converted):
    (converted / "metadata.csv").unlink()
    result = filelist(dataset=converted, config=FilelistConfig("1/1/1", "no"))
    assert sorted(result.splits.values()) == ["test", "train", "val"]
    assert all("|" not in text for text in lists(converted).values())


def test_a_list_that_is_not_ours_is_not_overwritten(converted):
    (converted / "filelists").mkdir()
    (converted / "filelists" / "val.txt").write_text("mine")
    with pytest.raises(TargetError, match=r"val\.txt"):
        filelist(dataset=converted, config=ALL)
    assert lists(converted) == {"val": "mine"}
    assert read_clips(converted / "clips.jsonl")[0].text is None
    filelist(dataset=converted, config=ALL, write=WriteConfig(force=True))
    assert lists(converted)["val"] == ""


def test_a_dry_run_writes_nothing(converted):
    before = sorted(converted.rglob("*"))
    result = filelist(dataset=converted, config=ALL, write=WriteConfig(dry_run=True))
    assert sorted(converted.rglob("*")) == before
    assert result.shares["train"][0] == 3
    assert read_clips(converted / "clips.jsonl")[0].text is None


def test_mels_of_another_format_are_noted(converted):
    mels(dataset=converted, cache=CacheConfig(format="pt"))
    assert "use --format pt" in output(filelist(dataset=converted, config=ALL))
    pt = filelist(dataset=converted, config=ALL, cache=CacheConfig(format="pt"))
    assert "use --format" not in output(pt)
    assert lists(converted)["mel_train"].startswith("mels/a.pt|")


def test_the_records_add_up(converted):
    result = filelist(dataset=converted, config=HALVES)
    rows = [json.loads(json.dumps(row)) for row in result.rows()]
    summary = rows[-1]["summary"]
    assert summary["clips"]["in"] == len(rows) - 1 == 3
    assert sum(side["clips"] for side in summary["sides"].values()) == 3
    seconds = sum(side["seconds"] for side in summary["sides"].values())
    assert seconds == pytest.approx(summary["seconds"]["kept"])


def test_a_damaged_wav_fails_alone(converted):
    (converted / "clips.jsonl").unlink()
    (converted / "wavs" / "c.wav").write_bytes(b"RIFF")
    result = filelist(dataset=converted, config=ALL)
    assert [row.status for row in result.batch.outcomes] == ["done", "done", "failed"]


@pytest.mark.parametrize(
    ("split", "metadata", "error"),
    [("thirds", "", SettingError), ("all-train", "gone.csv", TableError)],
)
def test_mistakes_are_reported_before_anything_is_written(converted, split, metadata, error):
    with pytest.raises(error):
        filelist(dataset=converted, config=FilelistConfig(split, metadata))
    assert not (converted / "filelists").exists()


def put(dataset, files):
    for name, text in files.items():
        path = dataset / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def spoken(dataset):
    """The text and the speaker of every clip in the dataset's list."""
    clips = read_clips(dataset / "clips.jsonl")
    return {clip.id: (clip.text, clip.speaker) for clip in clips if clip.text}


# In the order of their numbers in models of many speakers.
ARCTIC = ("awb", "bdl", "clb", "jmk", "ksp", "rms", "slt")

# What the page on filelist shows, each with the wavs it is joined to and what comes of it.
SHAPES = {
    "kaldi": (
        {"text": "anna-1 one of them\nbob-1 two of them\n", "utt2spk": "anna-1 anna\n"},
        {"anna-1": ("one of them", "anna"), "bob-1": ("two of them", None)},
    ),
    "jsut": (
        {"transcript_utf8.txt": "BASIC5000_0001:水を買う。\n"},
        {"BASIC5000_0001": ("水を買う。", None)},
    ),
    "arctic": (
        {"etc/txt.done.data": '( arctic_a0001 "Author of the danger trail, etc." )\n'},
        {"arctic_a0001": ("Author of the danger trail, etc.", None)},
    ),
    "arctic speakers": (
        {f"wavs/cmu_us_{who}_arctic/etc/txt.done.data": f'( a0001 "{who}." )' for who in ARCTIC},
        {f"cmu_us_{who}_arctic/wav/a0001": (f"{who}.", who) for who in ARCTIC},
    ),
    "jsut parts": (
        {
            "wavs/basic5000/transcript_utf8.txt": "BASIC5000_0001:雨が降る。\n",
            "wavs/travel1000/transcript_utf8.txt": "TRAVEL1000_0001:駅はどこ？\n",
        },
        {
            "basic5000/wav/BASIC5000_0001": ("雨が降る。", None),
            "travel1000/wav/TRAVEL1000_0001": ("駅はどこ？", None),
        },
    ),
    "kss": (
        {"transcript.v.1.4.txt": "1/1_0.wav|3시|세 시|ᄉ|1|Three\n2/2_0.wav|네|네|ᄂ|1|Yes\n"},
        {"1/1_0": ("세 시", "kss"), "2/2_0": ("네", "kss")},
    ),
    "kss beside": (
        {"wavs/kss/transcript.v.1.3.txt": "1/1_0.wav|3시|세 시|ᄉ|1|Three\n"},
        {"kss/1/1_0": ("세 시", "kss")},
    ),
    "nvidia": (
        {"filelist.txt": "DUMMY/LJ1.wav|It has used others.|3\nDUMMY/LJ2.wav|Yes.|4\n"},
        {"LJ1": ("It has used others.", "3"), "LJ2": ("Yes.", "4")},
    ),
    "thchs30": (
        {
            "wavs/train/A11_0.wav.trn": "../data/A11_0.wav.trn",
            "wavs/data/A11_0.wav.trn": "绿 是 阳春\nlv4 shi4\n",
        },
        {"train/A11_0": ("绿 是 阳春", "A11")},
    ),
    "vctk": (
        {"txt/p225/p225_001.txt": "Please call Stella."},
        {"p225/p225_001_mic1": ("Please call Stella.", "p225")},
    ),
    "librispeech": (
        {"wavs/84/121/84-121.trans.txt": "84-121-0000 GO DO\n"},
        {"84/121/84-121-0000": ("GO DO", "84")},
    ),
    "below": (
        {"corpus/part/84-121.trans.txt": "84-121-0000 GO DO\n"},
        {"84-121-0000": ("GO DO", "84")},
    ),
    "folders": (
        {"metadata.csv": "anna/1|One.\nanna/2|One.\nbob/1|One.\nbob/2|One.\n"},
        {f"{who}/{number}": ("One.", who) for who in ("anna", "bob") for number in (1, 2)},
    ),
    "one folder": (
        {"metadata.csv": "anna/1|One.\nanna/2|Two.\n"},
        {"anna/1": ("One.", None), "anna/2": ("Two.", None)},
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_texts_and_speakers_of_every_shape_reach_the_list_of_clips(tmp_path, shape):
    files, expected = SHAPES[shape]
    put(tmp_path, files)
    for name in expected:
        write(tmp_path / "wavs" / f"{name}.wav", sweep(0.5))
    assert filelist(dataset=tmp_path, config=ALL).exit_code == 0
    assert spoken(tmp_path) == expected


def test_texts_are_found_in_the_corpus_that_the_clips_were_made_from(tmp_path):
    corpus, dataset = tmp_path / "THCHS", tmp_path / "voice"
    write(corpus / "train" / "A11_0.wav", sweep(1.0))
    put(corpus, {"train/A11_0.wav.trn": "../data/A11_0.wav.trn", "data/A11_0.wav.trn": "绿 是\n"})
    convert(corpus, dataset=dataset, target=dataset / "wavs")
    filelist(dataset=dataset, config=ALL)
    assert spoken(dataset) == {"train/A11_0": ("绿 是", "A11")}


def test_thchs30_is_read_in_pinyin_for_the_front_end_zh(tmp_path):
    write(tmp_path / "wavs" / "A11_0.wav", sweep(1.0))
    put(tmp_path, {"wavs/A11_0.wav.trn": "山 上\nshan1 shang4\nsh an1 sh ang4\n"})
    for frontend, text in (("zh", "shan1 shang4"), ("nvidia", "山 上")):
        filelist(dataset=tmp_path, config=ALL, text=TextConfig(frontend=frontend))
        assert spoken(tmp_path) == {"A11_0": (text, "A11")}


def packed(path, *files):
    with zipfile.ZipFile(path, "w") as zipped:
        for name in files:
            zipped.writestr(f"corpus/{name}", "It was said." if name.endswith(".txt") else "RIFF")
    return path


def test_texts_come_from_an_archive_and_nothing_is_unpacked(tmp_path):
    write(tmp_path / "wavs" / "a.wav", sweep(1.0))
    packed(tmp_path / "corpus.zip", "a.wav", "a.txt", "b.wav", "b.txt")
    before = set(tmp_path.rglob("*.txt")) | set(tmp_path.rglob("*.wav"))
    result = filelist(dataset=tmp_path, config=ALL)
    assert spoken(tmp_path) == {"a": ("It was said.", None)}
    assert any("corpus/b" in note for note in result.batch.notes)
    found = set(tmp_path.rglob("*.txt")) | set(tmp_path.rglob("*.wav"))
    assert {path.parent.name for path in found - before} == {"filelists"}


def test_an_archive_may_be_named(converted):
    path = packed(converted / "x.zip", "a.wav", "a.txt")
    result = filelist(dataset=converted, config=FilelistConfig("all-train", str(path)))
    assert result.batch.counts["quarantined"] == 2
    assert spoken(converted) == {"a": ("It was said.", None)}


def test_an_archive_whose_sounds_are_not_prepared_is_noted(converted):
    path = packed(converted / "x.zip", "elsewhere.wav", "elsewhere.txt")
    result = filelist(dataset=converted, config=FilelistConfig("all-train", str(path)))
    assert any(f"voiceprep prepare {path}" in note for note in result.batch.notes)


def test_an_archive_that_is_not_to_be_trusted_ends_the_command(converted):
    path = packed(converted / "x.zip", "../../evil.txt")
    with pytest.raises(TableError, match="evil") as caught:
        filelist(dataset=converted, config=FilelistConfig("all-train", str(path)))
    assert caught.value.path == path
    assert not (converted / "filelists").exists()


def test_an_empty_sidecar_is_noted_though_texts_are_found_elsewhere(tmp_path):
    write(tmp_path / "wavs" / "a.wav", sweep(0.5))
    put(tmp_path, {"wavs/a.lab": "\n"})
    packed(tmp_path / "corpus.zip", "a.wav", "a.txt")
    assert "a.lab is empty" in output(filelist(dataset=tmp_path, config=ALL))
