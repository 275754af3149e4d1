"""What a user sees who levels a folder of clips, or only measures it."""

import json

import numpy as np
import pytest
import soundfile

from tests.signals import RATE, placed, read, said, tone, write
from voiceprep.audio.loudness import LoudnessConfig, measure_loudness
from voiceprep.audio.sound import read_sound
from voiceprep.batch.run import BatchConfig
from voiceprep.commands.loudness import MeasureConfig, loudness
from voiceprep.errors import TargetError, UserError

STATS = MeasureConfig(print_stats=True)


def clip(level, rate=RATE, seconds=3.0):
    return placed([(0.2, said(seconds - 0.4, level, rate))], seconds, rate, level / 300)


@pytest.fixture
def wavs(tmp_path):
    folder = tmp_path / "wavs"
    write(folder / "quiet.wav", clip(0.003))
    write(folder / "deep" / "loud.wav", clip(0.25, 44100), 44100)
    write(folder / "fine.flac", clip(0.05, 16000), 16000, "PCM_24")
    return folder


def bytes_in(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.rglob("*.wav"))}


def rows_of(folder):
    return {row["id"]: row for row in map(json.loads, (folder / "outcomes.jsonl").open())}


@pytest.mark.parametrize("target", [-23.0, -27.5])
def test_every_written_clip_has_the_loudness_that_was_asked_for(wavs, tmp_path, target):
    result = loudness(wavs, tmp_path / "out", config=LoudnessConfig(target))
    assert result.exit_code == 0
    for name, rate in (("quiet", RATE), ("deep/loud", 44100), ("fine", 16000)):
        sound = read_sound(tmp_path / "out" / f"{name}.wav")
        assert sound.rate == rate
        assert measure_loudness(sound).lufs == pytest.approx(target, abs=0.06)
    facts = rows_of(tmp_path / "out")["quiet"]["facts"]["loudness"]
    assert facts["lufs"] - facts["lufs_before"] == pytest.approx(facts["gain_db"], abs=0.01)


def test_a_clip_far_from_the_target_gets_all_of_the_gain_it_wants(wavs, tmp_path):
    loudness(wavs, tmp_path / "out")
    gains = {
        name: row["facts"]["loudness"]["gain_db"] for name, row in rows_of(tmp_path / "out").items()
    }
    assert gains["quiet"] > 20
    assert gains["deep/loud"] < -9


def test_peaks_lower_the_gain_with_a_warning(wavs, tmp_path):
    loudness(wavs, tmp_path / "out", config=LoudnessConfig(-10.0, -6.0))
    for name, row in rows_of(tmp_path / "out").items():
        measured = measure_loudness(read_sound(tmp_path / "out" / f"{name}.wav"))
        assert measured.true_peak_dbtp <= -6
        assert row["facts"]["loudness"]["lufs"] < -10.05
        assert "--limit" in row["why"]


def test_the_limiter_reaches_the_target_and_clips_no_sample(wavs, tmp_path):
    held, free = (
        loudness(wavs, tmp_path / f"{limit}", config=LoudnessConfig(-16.0, -3.0, limit))
        for limit in (True, False)
    )
    assert all("--limit" in row.why for row in free.outcomes)
    assert all("limited" in row.why for row in held.outcomes)
    for path in (tmp_path / "True").rglob("*.wav"):
        measured = measure_loudness(read_sound(path))
        assert measured.lufs == pytest.approx(-16, abs=0.06)
        assert measured.true_peak_dbtp <= -3
        assert np.abs(soundfile.read(path)[0]).max() < 0.75


@pytest.mark.parametrize("limit", [False, True])
def test_twice_is_once(wavs, tmp_path, limit):
    config = LoudnessConfig(-16.0, -2.0, limit)
    loudness(wavs, tmp_path / "once", config=config)
    loudness(tmp_path / "once", tmp_path / "twice", config=config)
    assert bytes_in(tmp_path / "twice") == bytes_in(tmp_path / "once")


def test_a_clip_too_short_for_the_standard_is_levelled_by_its_whole_power(wavs, tmp_path):
    write(wavs / "yes.wav", said(0.3, 0.01))
    loudness(wavs, tmp_path / "out")
    measured = measure_loudness(read_sound(tmp_path / "out" / "yes.wav"))
    assert (measured.method, measured.lufs) == ("whole", pytest.approx(-23, abs=0.06))


def test_near_silence_is_left_as_it_is(wavs, tmp_path):
    write(wavs / "hush.wav", tone(2.0, 300, 2e-4))
    result = loudness(wavs, tmp_path / "out")
    (outcome,) = [row for row in result.outcomes if row.id == "hush"]
    assert (outcome.status, result.exit_code) == ("done", 0)
    assert "-70 LUFS" in outcome.why
    assert outcome.facts["loudness"]["gain_db"] == 0
    assert np.array_equal(read(wavs / "hush.wav"), read(tmp_path / "out" / "hush.wav"))


def test_one_bad_file_stops_no_other(wavs, tmp_path):
    (wavs / "bad.wav").write_text("no sound at all")
    result = loudness(wavs, tmp_path / "out")
    assert (result.counts["failed"], result.counts["done"]) == (1, 3)
    assert result.exit_code == 3


def test_stats_measure_every_clip_and_write_nothing(wavs, tmp_path):
    before = sorted(tmp_path.rglob("*"))
    result = loudness(wavs, stats=STATS)
    *rows, summary = result.rows()
    assert [row["id"] for row in rows] == ["deep/loud", "fine", "quiet"]
    for row in rows:
        path = next(wavs.glob(f"{row['id']}.*"))
        measured = measure_loudness(read_sound(path))
        assert row["lufs"] == pytest.approx(measured.lufs, abs=5e-4)
        assert row["true_peak_dbtp"] == pytest.approx(measured.true_peak_dbtp, abs=5e-4)
    assert summary["summary"]["clips"] == {"measured": 3, "troubles": 0}
    lines = result.lines()
    assert [line.split()[0] for line in lines[1:4]] == ["deep/loud", "fine", "quiet"]
    assert lines[-1].startswith("3 clips, median -2")
    assert sorted(tmp_path.rglob("*")) == before


def test_a_name_with_a_line_end_stays_on_its_line(wavs):
    write(wavs / "two\nlines.wav", said(1.0))
    lines = loudness(wavs, stats=STATS).lines()
    assert sum(line.startswith("two\\nlines  ") for line in lines) == 1


def test_stats_tell_short_silent_and_broken_files_from_others(wavs):
    write(wavs / "hush.wav", tone(2.0, 300, 2e-4))
    write(wavs / "yes.wav", said(0.3))
    write(wavs / "zeros.wav", np.zeros(RATE, np.float32))
    (wavs / "bad.wav").write_text("no sound at all")
    result = loudness(wavs, stats=STATS)
    lines = {line.split()[0]: line for line in result.lines() if line}
    assert lines["hush"].split()[2:] == ["silent"]
    assert lines["zeros"].split()[1] == "silent"
    assert lines["yes"].endswith("whole")
    assert list(lines)[-4:] == ["quarantined", "zeros", "failed", "bad"]
    assert result.exit_code == 3


def test_a_target_is_required_unless_it_only_measures(wavs):
    with pytest.raises(UserError, match="no TARGET to write to"):
        loudness(wavs)


def test_a_target_that_is_the_source_is_refused(wavs):
    with pytest.raises(TargetError, match="overlap"):
        loudness(wavs, wavs)


def test_another_target_is_made_anew(wavs, tmp_path):
    loudness(wavs, tmp_path / "out")
    assert loudness(wavs, tmp_path / "out").counts["skipped"] == 3
    assert loudness(wavs, tmp_path / "out", config=LoudnessConfig(-20.0)).counts["done"] == 3


def test_a_dry_run_writes_nothing(wavs, tmp_path):
    loudness(wavs, tmp_path / "out", batch=BatchConfig(dry_run=True))
    assert not (tmp_path / "out").exists()
