import itertools
import tarfile
import time
import zipfile
from dataclasses import replace

import pytest

from tests.signals import sweep, tone, write
from voiceprep.audio.convert import ConvertConfig
from voiceprep.audio.denoise import DenoiseConfig
from voiceprep.batch.run import BatchConfig, Made, no_progress
from voiceprep.clip import read_clips, write_clips
from voiceprep.config import read_toml
from voiceprep.dataset.make_clips import length_of, make_clips, mark_of, settings_digest
from voiceprep.errors import SourceError, TableError, TargetError, Unusable

SECTIONS = {"convert": ConvertConfig()}


def copy(source, temporary):
    temporary.write_bytes(source.read_bytes())
    return Made(1.0, 0.75)


@pytest.fixture
def dataset(tmp_path):
    for name in "ab":
        write(tmp_path / "in" / f"{name}.wav", tone())
    return tmp_path


def copy_slowly(source, temporary):
    """As `copy`, so slow that a run which is stopped after its first clip has not done them all."""
    time.sleep(0.0 if source.stem == "a" else 0.2)
    return copy(source, temporary)


def make(
    dataset, source="in", target="wavs", amend=lambda job: job, progress=no_progress, work=copy,
    **batch,
):  # fmt: skip
    return make_clips(
        dataset / source, dataset / target, dataset, work, SECTIONS, BatchConfig(jobs=1, **batch),
        progress, amend,
    )  # fmt: skip


def test_every_recording_becomes_a_clip_in_the_list_with_its_settings_beside_it(dataset):
    result = make(dataset)
    assert (result.counts["done"], result.exit_code) == (2, 0)
    rows = [(clip.id, clip.path, clip.seconds) for clip in read_clips(dataset / "clips.jsonl")]
    assert rows == [("a", "wavs/a.wav", 0.75), ("b", "wavs/b.wav", 0.75)]
    assert read_toml(dataset / "wavs" / "settings.toml")["convert"]["rate"] == 22050
    assert make(dataset).counts["skipped"] == 2


def test_a_name_of_255_bytes_is_made_and_a_wav_of_a_longer_one_is_told(dataset):
    whole, short = write(dataset / "in" / f"{'x' * 251}.wav", tone()), "오" * 82 + "abcdef"
    for name in (f"{short}.au", "y" * 255):
        (dataset / "in" / name).write_bytes(whole.read_bytes())
    for counts in ({"done": 3, "quarantined": 2}, {"skipped": 3, "quarantined": 2}):
        result = make(dataset)
        assert {status: n for status, n in result.counts.items() if n} == counts
    quarantined = {row.id: row.why for row in result.outcomes if row.status == "quarantined"}
    assert "256 bytes" in quarantined[short]
    assert "259 bytes" in quarantined["y" * 255]
    assert {clip.id for clip in read_clips(dataset / "clips.jsonl")} == {"a", "b", "x" * 251}
    assert {path.stem for path in (dataset / "wavs").glob("*.wav")} == {"a", "b", "x" * 251}


def test_sounds_in_an_archive_are_found_by_their_first_bytes(dataset):
    sound = (dataset / "in" / "a.wav").read_bytes()
    files = {"take.1": sound, "x.sph": sound, "plain": sound, "x.dat": b"no sound", "x.txt": b"A."}
    with zipfile.ZipFile(dataset / "corpus.zip", "w") as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    result = make(dataset, "corpus.zip")
    assert [outcome.id for outcome in result.outcomes] == ["plain", "take.1", "x"]
    assert not (dataset / "corpus" / "x.dat").exists()


def test_texts_stay_in_the_list_and_a_clip_that_lost_its_wav_leaves_it(dataset):
    make(dataset)
    path = dataset / "clips.jsonl"
    write_clips(path, [replace(clip, text="Said.") for clip in read_clips(path)])
    (dataset / "wavs" / "b.wav").unlink()
    refused = Unusable("left out", 1.0)
    make(dataset, amend=lambda job: replace(job, trouble=refused) if job.id == "b" else job)
    assert [(clip.id, clip.text) for clip in read_clips(path)] == [("a", "Said.")]


def interrupted(rows, total):
    yield from itertools.islice(rows, 1)
    raise KeyboardInterrupt


def left_early(rows, total):
    return itertools.islice(rows, 1)


@pytest.mark.parametrize("progress", [interrupted, left_early])
def test_a_clip_that_a_stopped_run_did_not_reach_keeps_its_row_and_its_text(dataset, progress):
    for name in "cdefgh":
        write(dataset / "in" / f"{name}.wav", tone())
    make(dataset)
    path = dataset / "clips.jsonl"
    write_clips(path, [replace(clip, text="Said.") for clip in read_clips(path)])
    stopped = make(dataset, "wavs", "levelled", progress=progress, work=copy_slowly)
    assert stopped.counts["failed"] > 0
    assert [clip.id for clip in read_clips(path)] == list("abcdefgh")
    make(dataset, "wavs", "levelled")
    rows = [(clip.path, clip.text) for clip in read_clips(path)]
    assert rows == [(f"levelled/{name}.wav", "Said.") for name in "abcdefgh"]


def test_clips_made_outside_of_the_dataset_are_not_listed(dataset):
    make_clips(
        dataset / "in", dataset / "out", dataset / "voice", copy, SECTIONS, BatchConfig(jobs=1),
        no_progress,
    )  # fmt: skip
    assert (dataset / "out" / "a.wav").exists()
    assert not (dataset / "voice").exists()


def test_a_dry_run_makes_nothing(dataset):
    before = sorted(dataset.rglob("*"))
    result = make(dataset, dry_run=True)
    assert [row.facts for row in result.outcomes] == [{"would_be": "done"}] * 2
    assert sorted(dataset.rglob("*")) == before


def test_recordings_of_one_id_are_unusable_each_naming_the_others(dataset):
    write(dataset / "in" / "a.flac", tone(2.0))
    rows = {row.id: row for row in make(dataset).outcomes}
    assert {id: row.status for id, row in rows.items()} == {
        "a.flac": "quarantined", "a.wav": "quarantined", "b": "done",
    }  # fmt: skip
    assert rows["a.wav"].why == "its id is also that of a.flac; rename one of them"
    assert (rows["a.wav"].facts["seconds"], rows["a.flac"].facts["seconds"]) == (1.0, 2.0)


@pytest.mark.parametrize(("source", "target"), [("in", "in"), ("in", "in/wavs"), ("in/x", "in")])
def test_recordings_are_never_written_to(dataset, source, target):
    write(dataset / "in" / "x" / "c.wav", tone())
    before = sorted(dataset.rglob("*"))
    with pytest.raises(TargetError, match="overlap, and recordings must not be written to") as told:
        make(dataset, source, target)
    assert told.value.path == dataset / target
    assert sorted(dataset.rglob("*")) == before


def test_a_damaged_list_of_clips_ends_the_command_before_the_work(dataset):
    (dataset / "clips.jsonl").write_text("nonsense\n")
    with pytest.raises(TableError):
        make(dataset)
    assert not (dataset / "wavs").exists()


def test_an_archive_is_unpacked_into_a_folder_of_its_name(dataset):
    with zipfile.ZipFile(dataset / "corpus.zip", "w") as zipped:
        zipped.write(dataset / "in" / "a.wav", "deep/c.wav")
        zipped.writestr("deep/c.txt", "Said.")
        zipped.writestr("deep/c.exe", "no")
    with pytest.raises(SourceError, match="a dry run cannot unpack it") as caught:
        make(dataset, "corpus.zip", dry_run=True)
    assert caught.value.path == dataset / "corpus.zip"
    assert not (dataset / "corpus").exists()
    assert [row.id for row in make(dataset, "corpus.zip").outcomes] == ["deep/c"]
    unpacked = {path.name for path in (dataset / "corpus").rglob("*") if path.is_file()}
    assert unpacked == {"c.wav", "c.txt"}


def test_a_damaged_archive_leaves_no_clip(dataset):
    path = dataset / "corpus.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        for name in "cde":
            tar.add(dataset / "in" / "a.wav", f"{name}.wav")
    data = bytearray(path.read_bytes())
    data[-8] ^= 1
    path.write_bytes(data)
    before = sorted(dataset.rglob("*"))
    with pytest.raises(TableError) as caught:
        make(dataset, path.name)
    assert caught.value.path == path
    assert sorted(dataset.rglob("*")) == before


def test_the_digest_depends_on_every_setting_and_on_the_content_of_a_noise_file(tmp_path):
    path = write(tmp_path / "noise.wav", tone())
    sections = {"denoise": DenoiseConfig(noise=str(path))}
    first = settings_digest(sections)
    assert mark_of(sections) == f"denoise {first}"
    assert settings_digest(SECTIONS) != settings_digest({"convert": ConvertConfig(rate=16000)})
    write(path, sweep())
    assert settings_digest(sections) != first


def test_the_length_is_that_of_the_header_or_unknown(tmp_path):
    assert length_of(write(tmp_path / "a.wav", tone(2.0))) == 2.0
    (tmp_path / "b.wav").write_text("no sound")
    assert length_of(tmp_path / "b.wav") is None
    assert length_of(tmp_path / "gone.wav") is None


def test_a_ledger_without_a_clips_length_leaves_it_open(dataset):
    make(dataset)
    ledger = dataset / "wavs" / "outcomes.jsonl"
    ledger.write_text(ledger.read_text().replace("kept_seconds", "old_seconds"))
    (dataset / "clips.jsonl").unlink()
    assert make(dataset).counts["skipped"] == 2
    assert [clip.seconds for clip in read_clips(dataset / "clips.jsonl")] == [None, None]
