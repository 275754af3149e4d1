"""The trim command as a user runs it."""

import json

import numpy as np
import pytest
import soundfile

from tests.signals import RATE, hiss, noise, placed, said, stereo, write
from voiceprep.audio.silence import find_speech
from voiceprep.audio.sound import read_sound
from voiceprep.audio.trim import TrimConfig
from voiceprep.batch.run import BatchConfig
from voiceprep.commands.trim import trim
from voiceprep.errors import TargetError


def clip(lead=0.5, tail=0.8, rate=RATE, room=1e-3, pause=0.0):
    speech = [(lead, said(1.0, rate=rate)), (lead + 1.0, hiss(0.1, 0.02, rate))]
    again = lead + 1.1 + pause
    return placed([*speech, (again, said(0.6, rate=rate))], again + 0.6 + tail, rate, room)


@pytest.fixture
def wavs(tmp_path):
    folder = tmp_path / "wavs"
    write(folder / "long.wav", clip(1.0, 3.0))
    write(folder / "tight.wav", clip(0.0, 0.0, pause=0.4))
    write(folder / "tief" / "Größe 2.wav", clip(rate=16000), 16000)
    both = stereo(clip(rate=48000), clip(rate=48000))
    write(folder / "both.flac", both, 48000, "PCM_24")
    return folder


def bytes_in(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.rglob("*.wav"))}


def rows_of(folder):
    return [json.loads(line) for line in (folder / "outcomes.jsonl").open(encoding="utf-8")]


def test_every_written_clip_has_the_lead_and_tail_that_were_asked_for(wavs, tmp_path):
    result = trim(wavs, tmp_path / "out", config=TrimConfig(0.2, 0.3))
    assert result.exit_code == 0
    assert [row.id for row in result.outcomes] == ["both", "long", "tief/Größe 2", "tight"]
    for path in sorted((tmp_path / "out").rglob("*.wav")):
        speech = find_speech(read_sound(path))
        assert speech.lead == pytest.approx(0.2, abs=0.0101)
        assert speech.tail == pytest.approx(0.3, abs=0.0101)


def test_rate_depth_and_subfolders_stay(wavs, tmp_path):
    trim(wavs, tmp_path / "out")
    infos = {path.stem: soundfile.info(path) for path in sorted((tmp_path / "out").rglob("*.wav"))}
    assert {name: info.samplerate for name, info in infos.items()} == {
        "both": 48000,
        "long": RATE,
        "Größe 2": 16000,
        "tight": RATE,
    }
    assert {info.channels for info in infos.values()} == {1}
    assert infos["both"].subtype == "PCM_24"
    assert (tmp_path / "out" / "tief" / "Größe 2.wav").is_file()


def test_what_is_added_is_the_clips_own_room_and_no_zeros(wavs, tmp_path):
    trim(wavs, tmp_path / "out")
    samples = soundfile.read(tmp_path / "out" / "tight.wav")[0]
    for end in (samples[200:1800], samples[-3000:-200]):
        assert np.std(end) == pytest.approx(1e-3, rel=0.3)


def test_pauses_within_the_speech_keep_their_length(tmp_path):
    write(tmp_path / "wavs" / "a.wav", clip(pause=0.9))
    trim(tmp_path / "wavs", tmp_path / "out")
    before, after = (
        find_speech(read_sound(folder / "a.wav")).pauses(0.15)
        for folder in (tmp_path / "wavs", tmp_path / "out")
    )
    lengths = [[end - start for start, end in pauses] for pauses in (before, after)]
    assert len(lengths[0]) == 1
    assert lengths[1] == pytest.approx(lengths[0], abs=0.02)


def test_twice_is_once(wavs, tmp_path):
    trim(wavs, tmp_path / "once")
    trim(tmp_path / "once", tmp_path / "twice")
    assert bytes_in(tmp_path / "twice") == bytes_in(tmp_path / "once")
    again = trim(wavs, tmp_path / "once")
    assert again.counts["skipped"] == len(again.outcomes)


def test_another_tail_is_made_anew(wavs, tmp_path):
    trim(wavs, tmp_path / "out")
    result = trim(wavs, tmp_path / "out", config=TrimConfig(tail_seconds=0.25))
    assert result.counts["done"] == len(result.outcomes)


def test_seconds_add_up(wavs, tmp_path):
    write(wavs / "silent.wav", np.zeros(RATE, np.float32))
    result = trim(wavs, tmp_path / "out")
    seconds = result.seconds
    became = sum(seconds[name] for name in ("kept", "trimmed", "quarantined", "failed"))
    assert seconds["in"] + seconds["padded"] == pytest.approx(became)
    kept = sum(soundfile.info(path).duration for path in (tmp_path / "out").rglob("*.wav"))
    assert seconds["kept"] == pytest.approx(kept, abs=1e-3)
    facts = {row["id"]: row["facts"].get("trim") for row in rows_of(tmp_path / "out")}
    assert facts["long"]["trimmed_seconds"] == pytest.approx(3.75, abs=0.03)
    assert facts["tight"]["padded_seconds"] == pytest.approx(0.25, abs=0.03)


@pytest.mark.parametrize(
    ("samples", "why"),
    [(np.zeros(RATE, np.float32), "silent"), (noise(2.0, 0.02), "no speech")],
)
def test_a_clip_without_speech_is_quarantined(wavs, tmp_path, samples, why):
    write(wavs / "none.wav", samples)
    result = trim(wavs, tmp_path / "out")
    (outcome,) = [row for row in result.outcomes if row.status == "quarantined"]
    assert (outcome.id, result.exit_code) == ("none", 3)
    assert outcome.why.startswith(why)
    assert not (tmp_path / "out" / "none.wav").exists()


def test_unreadable_files_are_listed_and_the_rest_is_trimmed(wavs, tmp_path):
    (wavs / "empty.wav").touch()
    (wavs / "note.wav").write_text("not a sound")
    result = trim(wavs, tmp_path / "out")
    troubles = {row.id: row.status for row in result.outcomes if row.status != "done"}
    assert troubles == {"empty": "quarantined", "note": "failed"}
    assert result.counts["done"] == 4


def test_a_single_clip_can_be_named(wavs, tmp_path):
    result = trim(wavs / "long.wav", tmp_path / "out")
    assert [row.id for row in result.outcomes] == ["long"]


def test_source_and_target_lie_apart(wavs):
    before = bytes_in(wavs)
    for target in (wavs, wavs / "out", wavs.parent):
        with pytest.raises(TargetError, match="overlap"):
            trim(wavs, target)
    assert bytes_in(wavs) == before


def test_a_dry_run_writes_nothing(wavs, tmp_path):
    result = trim(wavs, tmp_path / "out", batch=BatchConfig(dry_run=True))
    assert len(result.outcomes) == 4
    assert not (tmp_path / "out").exists()


def test_recordings_are_not_touched(wavs, tmp_path):
    before = bytes_in(wavs)
    trim(wavs, tmp_path / "out")
    assert bytes_in(wavs) == before
