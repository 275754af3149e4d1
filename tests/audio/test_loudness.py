"""Loudness and true peak against the standards' signals, ffmpeg and pyloudnorm; levelling.

EBU Tech 3341 states its numbers for the same tone on both sides of a stereo file. The clips here
have one channel of weight 1, so that each loudness expected is 3.01 LU lower than the standard's.
"""

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyloudnorm
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.signals import RATE, noise, speech, tone, write
from voiceprep.audio.dither import quantize, to_floats
from voiceprep.audio.loudness import (
    OVERSHOOT,
    ROOM,
    LoudnessConfig,
    _between,
    _interpolator,
    level,
    measure_loudness,
    true_peak,
)
from voiceprep.audio.sound import Sound
from voiceprep.errors import SettingError, Unusable

RATES = (8000, 11025, 16000, 22050, 24000, 32000, 44100, 48000)
ONE_CHANNEL_LU = -3.01


def steps(*parts, rate=RATE):
    """A tone of 1 kHz in parts of so many seconds at so many dBFS."""
    pieces = [tone(seconds, 1000, 10 ** (db / 20), rate) for seconds, db in parts]
    return Sound(np.concatenate(pieces), rate)


def decibels(value):
    return 20 * np.log10(value)


def stored(sound, dithered=True):
    """The sound as it comes back from a wav of 16 bits."""
    random = np.random.default_rng(0) if dithered else None
    return Sound(to_floats(quantize(sound.samples, 16, random)), sound.rate)


def by_ffmpeg(path):
    """Integrated loudness and true peak, to three digits."""
    told = "ebur128=peak=true:metadata=1:framelog=verbose,ametadata=mode=print:file=-"
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-af", told, "-f", "null", "-"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    lufs, peak = (
        float(re.findall(rf"{key}=(\S+)", lines)[-1]) for key in (r"r128\.I", "true_peak")
    )
    return lufs, decibels(peak)


# EBU Tech 3341, table 1


@pytest.mark.parametrize("rate", [22050, 48000])
@pytest.mark.parametrize(
    ("parts", "lufs"),
    [
        pytest.param([(20, -23)], -23, id="1"),
        pytest.param([(20, -33)], -33, id="2"),
        pytest.param([(10, -36), (60, -23), (10, -36)], -23, id="3"),
        pytest.param([(10, -72), (10, -36), (60, -23), (10, -36), (10, -72)], -23, id="4"),
        pytest.param([(20, -26), (20.1, -20), (20, -26)], -23, id="5"),
    ],
)
def test_the_ebu_signals_read_what_the_ebu_says(parts, lufs, rate):
    told = measure_loudness(steps(*parts, rate=rate))
    assert told.lufs == pytest.approx(lufs + ONE_CHANNEL_LU, abs=0.1)
    assert told.method == "integrated"


@pytest.mark.parametrize(
    ("part", "degrees", "level", "dbtp"),
    [
        pytest.param(4, 0, 0.5, -6, id="15"),
        pytest.param(4, 45, 0.5, -6, id="16"),
        pytest.param(6, 60, 0.5, -6, id="17"),
        pytest.param(8, 67.5, 0.5, -6, id="18"),
        pytest.param(4, 45, 1.41, 3, id="19"),
    ],
)
def test_the_ebu_tones_peak_where_the_ebu_says(part, degrees, level, dbtp):
    """Sines of a fraction of the rate whose samples may all lie beside the peaks."""
    turns = np.arange(48000) / part + degrees / 360
    peak = decibels(true_peak((level * np.sin(2 * np.pi * turns)).astype(np.float32)))
    assert dbtp - 0.4 <= peak <= dbtp + 0.2


@pytest.mark.parametrize("quarter", range(4))
def test_a_burst_that_peaks_between_samples_is_read_as_high(quarter):
    """As cases 20 to 23: a peak of 0 dBTP at each quarter of a sample."""
    place = np.arange(-2000, 2000) - quarter / 4
    burst = np.cos(2 * np.pi * place / 6) * np.exp(-((place / 12) ** 2))
    assert decibels(true_peak(burst.astype(np.float32))) == pytest.approx(0, abs=0.02)


# Measuring


@pytest.mark.parametrize("rate", RATES)
def test_a_tone_at_997_hz_reads_its_level_at_every_rate(rate):
    """BS.1770: full scale in one channel is -3.01 LUFS."""
    told = measure_loudness(Sound(tone(3, 997, 0.1, rate), rate))
    assert told.lufs == pytest.approx(-23.01, abs=0.05)
    assert told.true_peak_dbtp == pytest.approx(-20, abs=0.05)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("seconds", [0.4, 0.52, 3.02, 4.67])
def test_it_is_pyloudnorm_without_an_unfinished_block(seconds, rate):
    samples = speech(seconds, rate)
    tenths = int((len(samples) / rate + 1e-9) * 10)
    whole = samples[: int(tenths * rate / 10)].astype(np.float64)
    meter = pyloudnorm.Meter(rate, filter_class="DeMan")
    told = measure_loudness(Sound(samples, rate)).lufs
    assert told == pytest.approx(meter.integrated_loudness(whole), abs=1e-6)


@pytest.mark.parametrize("seconds", [3.0, 4.37])
@pytest.mark.parametrize("rate", [rate for rate in RATES if rate % 10 == 0])
def test_ffmpeg_reads_the_same(rate, seconds, tmp_path):
    samples = speech(seconds, rate, seed=rate)
    lufs, peak = by_ffmpeg(write(tmp_path / "a.wav", samples, rate, "FLOAT"))
    told = measure_loudness(Sound(samples, rate))
    assert told.lufs == pytest.approx(lufs, abs=0.1)
    assert told.true_peak_dbtp == pytest.approx(peak, abs=0.2)


@pytest.mark.parametrize("seed", range(8))
def test_what_is_not_looked_at_cannot_hold_the_peak(seed):
    random = np.random.default_rng(seed)
    loudness = np.exp(random.normal(0, 1, 40)).repeat(100)
    samples = (0.01 * loudness * random.choice([-1, 1], 4000)).astype(np.float32)
    everywhere = max(float(np.abs(wave).max()) for wave in [samples, *_between(samples)])
    assert true_peak(samples) == pytest.approx(everywhere, rel=1e-6)


def test_no_wave_rises_higher_than_the_bound():
    assert np.abs(_interpolator()).sum(axis=1).max() < OVERSHOOT


@pytest.mark.parametrize("samples", [tone(1, 3000.3, 0.5), noise(1, 0.1), speech(1)])
def test_the_true_peak_is_no_lower_than_a_sample_and_near_the_wave(samples):
    """The wave itself by a Fourier series, sixteen times as fine."""
    silence = np.zeros(500)
    padded = np.concatenate([silence, samples * np.hanning(len(samples)), silence])
    spectrum = np.fft.rfft(padded)
    wave = 16 * np.fft.irfft(spectrum, 16 * len(padded))
    peak = true_peak(padded.astype(np.float32))
    assert peak >= np.abs(padded).max() * (1 - 1e-6)
    assert decibels(peak) == pytest.approx(decibels(np.abs(wave).max()), abs=0.3)


def test_a_cut_through_a_sound_is_no_peak():
    for start in range(8):
        cut = tone(1.0, 700)[start : -start or None]
        assert true_peak(cut) == pytest.approx(0.5, rel=0.02)
    assert true_peak(np.full(1000, 0.9, np.float32)) == pytest.approx(0.9, rel=1e-6)
    assert true_peak(np.array([0.3], np.float32)) == pytest.approx(0.3)
    edge = np.zeros(100, np.float32)
    edge[-1] = -0.7
    assert true_peak(edge) == pytest.approx(0.7)


def test_measuring_in_threads_gives_what_measuring_alone_gives():
    clips = [Sound(speech(2.0, rate, seed), rate) for rate in (16000, 22050) for seed in range(8)]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(measure_loudness, clips))
    assert together == [measure_loudness(clip) for clip in clips]


def test_measuring_leaves_the_samples_alone():
    samples = speech(1.0)
    kept = samples.copy()
    measure_loudness(Sound(samples, RATE))
    assert np.array_equal(samples, kept)


def test_importing_it_does_not_load_pyloudnorm():
    code = "import sys, voiceprep.audio.loudness; sys.exit('pyloudnorm' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# Clips that are short, silent or broken


@pytest.mark.parametrize("count", [1, 2, 30, 400, 8819])
def test_a_clip_shorter_than_a_block_counts_whole(count):
    sound = Sound(tone(0.4, 997, 0.1)[-count:], RATE)
    told = measure_loudness(sound)
    assert told.method == "whole"
    result = level(sound, LoudnessConfig())
    assert len(result.sound.samples) == count
    assert true_peak(result.sound.samples) <= 10 ** (-1 / 20)


def test_a_short_tone_reads_what_a_long_one_reads():
    short, long = (measure_loudness(Sound(tone(time, 997, 0.1), RATE)) for time in (0.39, 3))
    assert short.lufs == pytest.approx(long.lufs, abs=0.1)


@pytest.mark.parametrize("seconds", [0.001, 0.2, 0.4, 3])
@pytest.mark.parametrize("loudness", [0.0, 1e-5])
@pytest.mark.filterwarnings("error")
def test_a_near_silent_clip_is_told_and_left_as_it_is(seconds, loudness):
    sound = Sound(tone(seconds, level=loudness), RATE)
    told = measure_loudness(sound)
    assert (told.lufs, told.method) == (None, "silent")
    assert told.true_peak_dbtp is None or told.true_peak_dbtp < -90
    for limit in (False, True):
        result = level(sound, LoudnessConfig(limit=limit))
        assert result.sound is sound
        assert result.note == "near-silent (below -70 LUFS): left as it is"
        assert result.facts["lufs"] is None


@pytest.mark.parametrize("act", [measure_loudness, lambda sound: level(sound, LoudnessConfig())])
def test_what_cannot_be_measured_is_refused(act):
    broken = tone()
    broken[[7, 70]] = np.nan, np.inf
    with pytest.raises(Unusable, match="2 of its samples are not finite"):
        act(Sound(broken, RATE))
    with pytest.raises(Unusable, match="holds no samples"):
        act(Sound(np.zeros(0, np.float32), RATE))
    with pytest.raises(Unusable, match="2000 Hz is too low"):
        act(Sound(tone(rate=2000), 2000))


@pytest.mark.parametrize("name", ["target_lufs", "peak_dbtp"])
@pytest.mark.parametrize("value", [0.1, -80, float("nan")])
def test_an_impossible_setting_is_refused(name, value):
    with pytest.raises(SettingError, match=name):
        LoudnessConfig(**{name: value})


# Levelling


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("gain", [0.01, 0.3, 2.0])
def test_a_clip_comes_to_the_target(gain, rate):
    sound = Sound(gain * speech(3, rate), rate)
    result = level(sound, LoudnessConfig())
    told = measure_loudness(result.sound)
    assert told.lufs == pytest.approx(-23, abs=0.01)
    assert result.note == ""
    assert result.facts["lufs_before"] == round(measure_loudness(sound).lufs, 4)
    assert result.facts["lufs"] == pytest.approx(told.lufs, abs=1e-3)
    assert result.facts["true_peak_dbtp"] == pytest.approx(told.true_peak_dbtp, abs=1e-3)
    assert decibels(gain) + result.facts["gain_db"] == pytest.approx(
        level(Sound(speech(3, rate), rate), LoudnessConfig()).facts["gain_db"], abs=1e-3
    )


def test_a_clip_that_is_there_already_is_the_same_sound():
    sound = level(Sound(speech(), RATE), LoudnessConfig()).sound
    nearly = Sound(sound.samples * np.float32(1.004), RATE)
    assert level(sound, LoudnessConfig()).sound is sound
    assert level(nearly, LoudnessConfig()).sound is nearly


def clicking(seconds=3.0, level=0.9):
    """Soft speech with a loud click in each second."""
    samples = 0.1 * speech(seconds)
    samples[RATE // 2 :: RATE] = level
    return Sound(samples, RATE)


def test_a_clip_with_high_peaks_is_turned_up_less_and_nothing_clips():
    result = level(clicking(), LoudnessConfig())
    told = measure_loudness(result.sound)
    assert told.true_peak_dbtp <= -1
    assert told.true_peak_dbtp == pytest.approx(-1, abs=0.01)
    missing = -23 - told.lufs
    assert missing > 1
    expected = f"{missing:.1f} dB below the target, to keep its peaks below -1 dBTP"
    assert result.note == f"{expected}; try --limit"
    gains = result.sound.samples[100:200] / clicking().samples[100:200]
    assert np.ptp(gains) < 1e-5


def test_peaks_too_high_on_their_own_bring_a_clip_down_from_its_target():
    sound = level(Sound(speech(), RATE), LoudnessConfig()).sound
    result = level(sound, LoudnessConfig(peak_dbtp=-12))
    assert -12.1 < measure_loudness(result.sound).true_peak_dbtp <= -12
    assert result.facts["gain_db"] < 0


def test_a_clip_too_quiet_once_its_peaks_are_held_is_told():
    click = np.zeros(RATE, np.float32)
    click[5000] = 0.9
    result = level(Sound(click, RATE), LoudnessConfig(peak_dbtp=-40))
    assert result.note == "near-silent (below -70 LUFS) with its peaks below -40 dBTP"
    assert level(result.sound, LoudnessConfig(peak_dbtp=-40)).sound is result.sound


@pytest.mark.parametrize("rate", [8000, 22050, 48000])
@pytest.mark.parametrize("target", [-19.8, -19.2, -18.6])
def test_the_limiter_reaches_the_target_under_the_peak(target, rate):
    config = LoudnessConfig(target_lufs=target, peak_dbtp=-3, limit=True)
    result = level(Sound(speech(3, rate), rate), config)
    told = measure_loudness(result.sound)
    assert told.lufs == pytest.approx(target, abs=0.05)
    assert told.true_peak_dbtp <= -3
    assert result.note.startswith("its peaks were limited by up to ")
    # No edge is cut flat: clipping would leave runs of equal samples.
    loud = np.abs(result.sound.samples)
    assert np.max(loud[1:] * (np.diff(loud) == 0)) < 0.5


def test_the_limiter_keeps_a_tone_pure():
    quiet, loud = tone(1.0, 100, 0.1), tone(1.0, 100, 0.5)
    sound = Sound(np.concatenate([quiet, loud, quiet]), RATE)
    target = measure_loudness(sound).lufs
    config = LoudnessConfig(target_lufs=target, peak_dbtp=-8, limit=True)
    result = level(sound, config).sound
    assert measure_loudness(result).lufs == pytest.approx(target, abs=0.05) or result is not sound
    middle = result.samples[RATE + 5000 : RATE + 5000 + 11025] * np.hanning(11025)
    spectrum = np.abs(np.fft.rfft(middle))
    rest = np.concatenate([spectrum[:45], spectrum[56:]])
    assert decibels(np.sqrt(np.sum(rest**2) / np.sum(spectrum**2))) < -60


def test_what_the_limiter_cannot_reach_is_told_and_turned_up_whole():
    plain = level(clicking(), LoudnessConfig(target_lufs=-8))
    limited = level(clicking(), LoudnessConfig(target_lufs=-8, limit=True))
    assert np.array_equal(limited.sound.samples, plain.sound.samples)
    assert limited.note.endswith("; the limiter would reduce them by more than 12 dB")


def test_no_dither_takes_a_peak_beyond_the_room_left_for_it():
    """What errors of 1.5 steps, each of the worst sign, could add between samples."""
    size = 120
    impulses = np.eye(size, dtype=np.float32)
    waves = np.array([np.concatenate([one, *_between(one)]) for one in impulses])
    assert true_peak(impulses[60]) == 1
    assert 1.5 * np.abs(waves).sum(axis=0).max() / 2**15 < ROOM


@settings(max_examples=120, deadline=None, derandomize=True)
@given(
    rate=st.sampled_from(RATES),
    seconds=st.floats(0.05, 2.5),
    seed=st.integers(0, 999),
    level_db=st.floats(-60, 12),
    clicks=st.booleans(),
    target=st.floats(-50, -6),
    peak=st.sampled_from([-1.0, -3.0, 0.0]) | st.floats(-40, 0),
    limit=st.booleans(),
    dithered=st.booleans(),
)
def test_twice_is_once_bit_for_bit_and_no_peak_is_too_high(
    rate, seconds, seed, level_db, clicks, target, peak, limit, dithered
):
    samples = speech(seconds, rate, seed)
    if clicks:
        samples[:: rate // 3] = 0.5
    samples *= np.float32(10 ** (level_db / 20))
    samples /= max(np.float32(1), np.abs(samples).max())
    sound, config = Sound(samples, rate), LoudnessConfig(target, peak, limit)
    once = level(sound, config)
    if once.sound is sound:
        return
    assert level(once.sound, config).sound is once.sound
    written = stored(once.sound, dithered)
    assert level(written, config).sound is written
    assert true_peak(written.samples) <= 10 ** (peak / 20)
    assert np.abs(once.sound.samples).max() < 1
    shortfall = (once.facts["lufs"] or -np.inf) < target - 0.1
    assert shortfall == ("its peaks below" in once.note)
