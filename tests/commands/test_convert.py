"""What a user sees who converts a folder with everything wrong in it that can be."""

import errno
import json
import os
import shutil
import struct
import subprocess
import tarfile
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.signals import noise, read, sweep, tone, write, write_mp3
from voiceprep.audio.convert import ConvertConfig
from voiceprep.batch.run import BatchConfig
from voiceprep.clip import read_clips
from voiceprep.commands.convert import convert
from voiceprep.commands.filelist import filelist
from voiceprep.config import read_preset
from voiceprep.errors import SourceError, TableError, TargetError, ToolMissing
from voiceprep.text.filelist import FilelistConfig

HEADERLESS = ("-write_xing", "0", "-id3v2_version", "0")


def run(dataset, **config):
    return convert(dataset / "mp3dir", dataset=dataset, **config)


def outcome_of(dataset, path):
    """The outcome of one recording; the good ones beside it are always done."""
    result = run(dataset)
    good = [row.status for row in result.outcomes if row.id in ("a", "b", "c")]
    assert good == ["done"] * 3
    assert sum(result.counts.values()) == len(result.outcomes)
    name = Path(path).name
    return next(row for row in result.outcomes if name.startswith(row.id) and row.id not in "abc")


def tree(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.wav"))}


def test_a_folder_becomes_wavs_a_ledger_and_a_list_of_clips(dataset):
    result = run(dataset)
    assert result.exit_code == 0
    assert sorted(tree(dataset / "wavs")) == ["a.wav", "b.wav", "c.wav"]
    assert read_clips(dataset / "clips.jsonl")[1].seconds == 1.25
    rows = [json.loads(line) for line in (dataset / "wavs" / "outcomes.jsonl").open()]
    assert [row["id"] for row in rows] == ["a", "b", "c"]
    assert rows[0]["facts"]["source"]["path"] == "mp3dir/a.wav"
    assert result.seconds == {
        "in": 3.75,
        "padded": 0,
        "kept": 3.75,
        "trimmed": 0,
        "quarantined": 0,
        "failed": 0,
    }


def test_a_second_run_does_nothing(dataset):
    run(dataset)
    before = {path: path.stat().st_mtime_ns for path in dataset.rglob("*")}
    result = run(dataset)
    assert result.counts["skipped"] == 3
    assert {path: path.stat().st_mtime_ns for path in dataset.rglob("*")} == before


def test_a_touched_recording_is_not_converted_again(dataset):
    run(dataset)
    os.utime(dataset / "mp3dir" / "a.wav")
    assert run(dataset).counts["skipped"] == 3


def test_a_changed_setting_converts_all_again(dataset):
    run(dataset)
    result = run(dataset, config=ConvertConfig(rate=16000))
    assert result.counts["done"] == 3
    assert soundfile.info(dataset / "wavs" / "a.wav").samplerate == 16000


def test_what_ran_can_be_given_back(dataset):
    run(dataset, config=ConvertConfig(rate=16000, channel="left"))
    preset = read_preset(str(dataset / "wavs" / "settings.toml"))
    result = run(dataset, config=ConvertConfig(**preset["convert"]))
    assert result.counts["skipped"] == 3


def test_the_number_of_jobs_makes_no_difference(dataset, tmp_path):
    for jobs in (1, 4):
        convert(dataset / "mp3dir", tmp_path / f"out{jobs}", batch=BatchConfig(jobs=jobs))
    assert tree(tmp_path / "out1") == tree(tmp_path / "out4")
    ledgers = [(tmp_path / f"out{jobs}" / "outcomes.jsonl").read_text() for jobs in (1, 4)]
    assert ledgers[0].replace("out1/", "out4/") == ledgers[1]


def test_a_stereo_wav_keeps_its_length(dataset):
    stereo = np.stack([sweep(2.0, 44100), sweep(2.0, 44100)], axis=1)
    row = outcome_of(dataset, write(dataset / "mp3dir" / "stereo.wav", stereo, 44100))
    assert row.status == "done"
    assert len(read(dataset / "wavs" / "stereo.wav")) == 44100


def test_a_header_that_contradicts_itself(dataset):
    path = write(dataset / "mp3dir" / "odd.wav", tone())
    data = bytearray(path.read_bytes())
    struct.pack_into("<H", data, 32, 4)
    path.write_bytes(data)
    row = outcome_of(dataset, path)
    assert row.status == "quarantined"
    assert "header" in row.why


def test_a_header_that_promises_more_than_the_file_holds(dataset):
    path = write(dataset / "mp3dir" / "short.wav", tone())
    path.write_bytes(path.read_bytes()[:22094])
    row = outcome_of(dataset, path)
    assert row.status == "quarantined"
    assert "promises 1.00 s" in row.why
    assert row.facts["seconds"] == 0.5


def test_an_upper_case_suffix(dataset):
    write(dataset / "mp3dir" / "x.wav", tone()).rename(dataset / "mp3dir" / "LOUD.WAV")
    assert outcome_of(dataset, "LOUD.WAV").status == "done"


def test_a_clip_of_400_samples(dataset):
    row = outcome_of(dataset, write(dataset / "mp3dir" / "tiny.wav", tone()[:400]))
    assert row.status == "done"
    assert len(read(dataset / "wavs" / "tiny.wav")) == 400


def test_a_file_of_zero_bytes(dataset):
    (dataset / "mp3dir" / "zero.mp3").touch()
    row = outcome_of(dataset, "zero.mp3")
    assert (row.status, row.facts["seconds"]) == ("quarantined", 0)
    assert "0 bytes" in row.why


def test_a_text_file_called_mp3(dataset):
    (dataset / "mp3dir" / "note.mp3").write_text("a note\n" * 100)
    row = outcome_of(dataset, "note.mp3")
    assert row.status == "failed"
    assert "text" in row.why


def test_an_mp3_cut_in_half(dataset):
    path = write_mp3(dataset / "mp3dir" / "half.mp3", sweep(4.0, 44100), 44100, "-b:a", "128k")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    row = outcome_of(dataset, path)
    assert row.status == "quarantined"
    assert "promises 4.00 s" in row.why
    assert row.facts["seconds"] == pytest.approx(2.0, abs=0.1)
    assert not (dataset / "wavs" / "half.wav").exists()


def test_a_headerless_vbr_mp3(dataset):
    sound = np.concatenate([sweep(3.0, 44100), 0.001 * noise(5.0, rate=44100)])
    path = write_mp3(dataset / "mp3dir" / "vbr.mp3", sound, 44100, "-q:a", "2", *HEADERLESS)
    row = outcome_of(dataset, path)
    assert row.status == "done"
    assert soundfile.info(dataset / "wavs" / "vbr.wav").duration == pytest.approx(8.05, abs=0.05)


def test_junk_before_the_first_frame(dataset):
    options = ("-b:a", "128k", "-id3v2_version", "0")
    path = write_mp3(dataset / "mp3dir" / "junk.mp3", sweep(2.0, 44100), 44100, *options)
    path.write_bytes(b"<html>" * 20000 + path.read_bytes())
    row = outcome_of(dataset, path)
    assert row.status == "done"
    assert "120000 bytes" in row.why
    assert soundfile.info(dataset / "wavs" / "junk.wav").frames == 44100


def test_nan_floats(dataset):
    sound = tone()
    sound[100:103] = np.nan
    row = outcome_of(dataset, write(dataset / "mp3dir" / "nan.wav", sound, subtype="FLOAT"))
    assert (row.status, row.facts["not_finite"]) == ("done", 3)
    assert row.why


def test_full_scale_clipping(dataset):
    clipped = np.clip(tone(level=4.0), -1, 1)
    row = outcome_of(dataset, write(dataset / "mp3dir" / "clipped.wav", clipped))
    assert row.status == "done"
    assert row.facts["clipped"] > 1000
    assert row.why


def test_the_same_stem_twice(dataset):
    write(dataset / "mp3dir" / "d.wav", tone())
    write(dataset / "mp3dir" / "d.flac", tone())
    write(dataset / "mp3dir" / "other" / "d.flac", tone())
    result = run(dataset)
    rows = {row.id: row for row in result.outcomes}
    for name, other in (("d.wav", "d.flac"), ("d.flac", "d.wav")):
        assert rows[name].status == "quarantined"
        assert other in rows[name].why
    assert (rows["other/d"].status, rows["other/d"].why) == ("done", "")
    assert result.exit_code == 3
    assert result.seconds["quarantined"] == 2.0
    assert sorted(path.name for path in (dataset / "wavs").glob("*.wav")) == [
        "a.wav",
        "b.wav",
        "c.wav",
    ]


def test_one_of_two_with_the_same_stem_is_renamed(dataset):
    write(dataset / "mp3dir" / "d.wav", tone())
    write(dataset / "mp3dir" / "d.flac", tone())
    run(dataset)
    (dataset / "mp3dir" / "d.flac").rename(dataset / "mp3dir" / "e.flac")
    assert run(dataset).exit_code == 0
    assert "d.flac" not in (dataset / "wavs" / "outcomes.jsonl").read_text()


def test_another_folder_does_not_replace_what_the_first_one_gave(dataset):
    run(dataset)
    before = tree(dataset / "wavs")
    write(dataset / "more" / "a.wav", noise())
    result = convert(dataset / "more", dataset=dataset)
    (row,) = result.outcomes
    assert (row.id, row.status) == ("a.wav", "quarantined")
    assert "mp3dir/a.wav" in row.why
    assert tree(dataset / "wavs") == before


def test_a_loop_of_links(dataset):
    (dataset / "mp3dir" / "round").symlink_to(dataset / "mp3dir")
    assert run(dataset).counts["done"] == 3


def test_a_link_that_leads_nowhere(dataset):
    (dataset / "mp3dir" / "nowhere.wav").symlink_to(dataset / "gone.wav")
    row = outcome_of(dataset, "nowhere.wav")
    assert (row.status, row.why) == ("failed", os.strerror(errno.ENOENT).lower())


def test_a_folder_called_wav(dataset):
    (dataset / "mp3dir" / "folder.wav").mkdir()
    assert run(dataset).counts == {"done": 3, "skipped": 0, "quarantined": 0, "failed": 0}


def test_names_of_any_kind(dataset):
    names = ["ünï", "-dash", "new\nline", "two.dots", os.fsdecode(b"\xff")]
    for name in names:
        write(dataset / "mp3dir" / "x.wav", tone()).rename(dataset / "mp3dir" / f"{name}.wav")
    result = run(dataset)
    assert result.exit_code == 0
    assert {row.id for row in result.outcomes} == {"a", "b", "c", *names}
    assert run(dataset).counts["skipped"] == 8


def test_an_m4a_without_ffmpeg(dataset, monkeypatch):
    wav = write(dataset / "x.wav", sweep(1.0, 44100), 44100)
    m4a = dataset / "mp3dir" / "own.m4a"
    subprocess.run(["ffmpeg", "-v", "error", "-i", wav, m4a], check=True)
    with monkeypatch.context() as patch:
        patch.setenv("PATH", str(dataset))
        row = outcome_of(dataset, m4a)
    assert row.status == "failed"
    assert "install ffmpeg" in row.why
    assert run(dataset).counts == {"done": 1, "skipped": 3, "quarantined": 0, "failed": 0}


def test_the_sox_engine_without_sox(dataset, monkeypatch):
    monkeypatch.setenv("PATH", str(dataset))
    with pytest.raises(ToolMissing) as caught:
        run(dataset, config=ConvertConfig(engine="sox"))
    assert (caught.value.tool, caught.value.needed_for) == ("SoX", "--engine sox")
    assert caught.value.exit_code == 4


@pytest.mark.parametrize(
    ("source", "target"), [("x", "x"), ("x", "x/wavs"), ("x/mp3s", "x"), ("x", "x/../x/deep")]
)
def test_target_and_source_in_one_another(tmp_path, source, target):
    write(tmp_path / source / "a.wav", tone())
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(TargetError, match="overlap") as caught:
        convert(tmp_path / source, tmp_path / target)
    assert caught.value.path == tmp_path / target
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("name", ["gone", "empty"])
def test_a_source_without_sound_is_named_and_nothing_made(tmp_path, name):
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError) as caught:
        convert(tmp_path / name, dataset=tmp_path)
    assert caught.value.path == tmp_path / name
    assert not (tmp_path / "wavs").exists()


def test_wavs_that_the_user_already_had(dataset):
    own = write(dataset / "wavs" / "b.wav", noise())
    before = own.read_bytes()
    with pytest.raises(TargetError, match=r"b\.wav") as caught:
        run(dataset)
    assert caught.value.path == dataset / "wavs"
    assert own.read_bytes() == before
    assert not (dataset / "wavs" / "a.wav").exists()
    assert run(dataset, batch=BatchConfig(force=True)).counts["done"] == 3
    assert own.read_bytes() != before


def test_a_wav_changed_by_hand_is_kept(dataset):
    run(dataset)
    write(dataset / "wavs" / "b.wav", noise())
    changed = (dataset / "wavs" / "b.wav").read_bytes()
    row = run(dataset).outcomes[1]
    assert row.status == "done"
    assert "b.wav.bak" in row.why
    assert (dataset / "wavs" / "b.wav.bak").read_bytes() == changed


def test_a_wav_that_was_deleted_is_made_again(dataset):
    run(dataset)
    before = tree(dataset / "wavs")
    (dataset / "wavs" / "b.wav").unlink()
    assert [row.status for row in run(dataset).outcomes] == ["skipped", "done", "skipped"]
    assert tree(dataset / "wavs") == before


def test_a_missing_recording_keeps_its_wav_and_is_noted(dataset):
    run(dataset)
    (dataset / "mp3dir" / "b.wav").unlink()
    result = run(dataset)
    assert "wavs/b.wav" in result.notes[0]
    assert (dataset / "wavs" / "b.wav").exists()


def test_a_dry_run_writes_nothing(dataset):
    before = sorted(dataset.rglob("*"))
    result = run(dataset, batch=BatchConfig(dry_run=True))
    assert sorted(dataset.rglob("*")) == before
    assert [row.facts for row in result.outcomes] == [{"would_be": "done"}] * 3


def test_a_damaged_list_of_clips_is_reported_before_the_work(dataset):
    (dataset / "clips.jsonl").write_text("nonsense\n")
    with pytest.raises(TableError) as caught:
        run(dataset)
    assert (caught.value.path, caught.value.line) == (dataset / "clips.jsonl", 1)
    assert not (dataset / "wavs").exists()


def test_a_line_of_the_ledger_that_was_cut_short_is_done_again(dataset):
    run(dataset)
    ledger = dataset / "wavs" / "outcomes.jsonl"
    whole = ledger.read_bytes()
    ledger.write_bytes(whole[:-40])
    before = tree(dataset / "wavs")
    (dataset / "wavs" / "c.wav").unlink()
    assert run(dataset).counts["done"] == 1
    assert ledger.read_bytes() == whole
    assert tree(dataset / "wavs") == before


def test_texts_and_speakers_of_clips_stay(dataset):
    run(dataset)
    path = dataset / "clips.jsonl"
    path.write_text(path.read_text().replace('"text": null', '"text": "kept"', 1))
    shutil.rmtree(dataset / "wavs")
    run(dataset)
    assert read_clips(path)[0].text == "kept"


def test_the_sample_mp3s_have_the_lengths_of_their_wavs(tmp_path):
    data = Path(os.environ.get("VOICEPREP_DATA") or "missing") / "ljspeech-mini"
    if not data.exists():
        pytest.skip("the sample recordings are not here")
    result = convert(data / "mp3", dataset=tmp_path)
    assert result.counts["done"] == 23
    longer = {}
    for path in sorted((data / "wavs").glob("*.wav")):
        made = soundfile.info(tmp_path / "wavs" / path.name).frames
        longer[path.stem] = made - soundfile.info(path).frames
    # Two of them were encoded 18 samples longer.
    assert {name: count for name, count in longer.items() if count} == {
        "LJ001-0003": 18,
        "LJ001-0022": 18,
    }


def test_an_archive_is_unpacked_beside_its_wavs_and_brings_its_texts(dataset):
    (dataset / "metadata.csv").unlink()
    (dataset / "mp3dir" / "a.txt").write_text("First of all.")
    with tarfile.open(dataset / "corpus.tar.gz", "w:gz") as tar:
        for source, name in (("a.wav", "a.wav"), ("a.txt", "a.txt"), ("b.wav", "deep/b.wav")):
            tar.add(dataset / "mp3dir" / source, name)
    shutil.rmtree(dataset / "mp3dir")
    result = convert(dataset / "corpus.tar.gz", dataset=dataset)
    assert [row.id for row in result.outcomes] == ["a", "deep/b"]
    assert (dataset / "corpus" / "deep" / "b.wav").is_file()
    again = convert(dataset / "corpus.tar.gz", dataset=dataset)
    assert again.counts["skipped"] == 2
    filelist(dataset=dataset, config=FilelistConfig(split="all-train"))
    assert read_clips(dataset / "clips.jsonl")[0].text == "First of all."
    with pytest.raises(SourceError, match="dry run"):
        convert(dataset / "corpus.tar.gz", dataset=dataset, batch=BatchConfig(dry_run=True))
