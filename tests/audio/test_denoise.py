from itertools import pairwise

import numpy as np
import pytest

from tests.signals import RATE, hiss, lag, noise, placed, said, speech, tone, write, write_mp3
from voiceprep.audio.denoise import NOISE_SECONDS, DenoiseConfig, check_denoise, denoise
from voiceprep.audio.dither import settle
from voiceprep.audio.sound import Sound
from voiceprep.errors import SettingError, ToolMissing, Unusable

METHODS = ("spectral", "sox")
SPECTRAL, SOX = DenoiseConfig(method="spectral"), DenoiseConfig(method="sox")


def words(seconds=4.0, rate=RATE, pitch_hz=120.0, level=0.1):
    """Two words and a hiss, with pauses around them and no noise at all."""
    parts = [(0.5, said(0.9, level, rate, pitch_hz)), (1.4, hiss(0.12, 0.03, rate))]
    return placed([*parts, (2.1, said(1.0, level, rate, 1.3 * pitch_hz))], seconds, rate, room=0)


def noisy(snr_db, clean=None, rate=RATE, seed=0, added=None):
    clean = words(rate=rate) if clean is None else clean
    added = noise(len(clean) / rate, 1.0, rate, seed) if added is None else added
    ratio = np.mean(clean**2) / np.mean(added**2) * 10 ** (-snr_db / 10)
    return settle(Sound((clean + np.sqrt(ratio) * added).astype(np.float32), rate), 16)


def error_db(samples, truth):
    """The power of what the samples have besides the truth, over the truth's."""
    return 10 * np.log10(np.mean((samples - truth) ** 2) / np.mean(truth**2))


def clips():
    """Twenty clips of every kind of voice, noise and loudness."""
    for seed, snr_db in enumerate((30, 20, 12, 8, 5, 0)):
        yield noisy(snr_db, seed=seed)
        yield noisy(snr_db, words(pitch_hz=200, level=0.02), seed=seed)
    hum = sum(tone(4.0, 50 * number, 1 / number) for number in range(1, 9))
    for snr_db in (20, 10, 5):
        yield noisy(snr_db, added=hum + noise(4.0, 0.02))
        yield noisy(snr_db, words(level=0.2), added=np.cumsum(noise(4.0)) % 1.0 - 0.5)
    yield noisy(10, speech(4.0))
    yield Sound(placed([(0.2, said(0.5))], 0.8, room=0.01), RATE)
    yield noisy(15, np.resize(said(1.0, 0.1), 2 * RATE))
    yield noisy(10, added=noise(4.0) * (1 + np.sin(np.arange(4 * RATE) / 3000)))


@pytest.mark.parametrize("strength", [0.25, 0.75, 1.0])
@pytest.mark.parametrize("method", METHODS)
def test_twice_is_once(method, strength):
    config = DenoiseConfig(method=method, strength=strength)
    acted = 0
    for number, clip in enumerate(clips()):
        once = denoise(clip, config)
        handed = settle(once.sound, 16)
        assert denoise(handed, config).sound is handed, number
        assert (once.sound is clip) == bool(once.note)
        acted += once.sound is not clip
    assert acted >= 3


@pytest.mark.parametrize(("method", "snr_db", "least_db"), [("spectral", 10, 5), ("sox", 5, 3)])
def test_noise_is_taken_out_and_the_speech_is_nearer_to_what_it_was(method, snr_db, least_db):
    clip = noisy(snr_db)
    treated = denoise(clip, DenoiseConfig(method=method))
    assert error_db(clip.samples, words()) == pytest.approx(-snr_db, abs=0.2)
    assert error_db(treated.sound.samples, words()) < -snr_db - least_db
    assert treated.facts["removed_db"] > 12
    assert not treated.note


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("rate", [8000, 16000, 22050, 48000])
def test_rate_length_and_place_are_kept(method, rate):
    for seconds in (3.4, 4.0):
        clip = noisy(5, words(seconds, rate), rate)
        made = denoise(clip, DenoiseConfig(method=method)).sound
        assert made is not clip
        assert (made.rate, made.samples.dtype, len(made.samples)) == (
            rate,
            np.float32,
            len(clip.samples),
        )
        assert lag(made.samples, clip.samples) == 0


def test_24_bits_stay_24_bits():
    made = denoise(noisy(10), SPECTRAL, 24).sound
    assert settle(made, 24) is made
    assert settle(made, 16) is not made


@pytest.mark.parametrize("method", METHODS)
def test_the_same_clip_gives_the_same_samples(method):
    first, second = (
        denoise(noisy(5), DenoiseConfig(method=method)).sound.samples for _ in range(2)
    )
    assert np.array_equal(first, second)


@pytest.mark.parametrize("method", METHODS)
def test_clean_speech_is_left_alone_and_the_reason_told(method):
    clip = noisy(45)
    treated = denoise(clip, DenoiseConfig(method=method))
    assert treated.sound is clip
    assert treated.note == "left as it is: its noise is already 30 dB or more below the speech"
    assert treated.unneeded == treated.note
    assert treated.facts["snr_db"] > 40
    assert treated.facts["removed_db"] == 0


def test_what_sox_would_make_worse_is_left_alone_by_it():
    clip = noisy(20)
    treated = denoise(clip, SOX)
    assert treated.sound is clip
    assert "SoX would remove more speech" in treated.note
    assert denoise(clip, SPECTRAL).sound is not clip


@pytest.mark.parametrize("snr_db", [5, 10, 20])
def test_the_ratio_that_is_told_is_the_true_one(snr_db):
    clean = words()
    speaking = 10 * np.log10(np.mean(clean[clean != 0] ** 2) / np.mean(clean**2))
    facts = denoise(noisy(snr_db, clean), SPECTRAL).facts
    assert facts["snr_db"] == pytest.approx(snr_db + speaking, abs=1.5)


def test_the_stronger_the_less_noise_is_left():
    left = [
        denoise(noisy(5), DenoiseConfig(strength=strength)).facts["noise_db_after"]
        for strength in (0.4, 0.6, 0.8, 1.0)
    ]
    assert all(after > stronger + 4 for after, stronger in pairwise(left))


def test_hum_is_found_where_there_is_no_pause():
    voice = np.concatenate([said(1.0, 0.1, pitch_hz=hz) for hz in (100, 140, 180, 120)])
    hum = sum(tone(4.0, 50 * number, 1 / number) for number in (1, 2, 3, 5))
    clip = noisy(8, voice, added=hum + noise(4.0, 0.05))
    treated = denoise(clip, SPECTRAL)
    assert error_db(treated.sound.samples, voice) < error_db(clip.samples, voice) - 2


def test_noise_can_be_learnt_from_a_recording_of_it(tmp_path):
    path = write(tmp_path / "room.wav", noise(1.0, 0.06, 44100, seed=5), 44100)
    clip = noisy(5)
    for method in METHODS:
        config = DenoiseConfig(method=method, noise=str(path))
        check_denoise(config)
        made = denoise(clip, config).sound
        assert error_db(made.samples, words()) < -7
        handed = settle(made, 16)
        assert denoise(handed, config).sound is handed


def test_a_recording_of_another_noise_does_no_harm(tmp_path):
    path = write(tmp_path / "hum.wav", tone(1.0, 50, 0.1))
    for method in METHODS:
        clip = noisy(5)
        treated = denoise(clip, DenoiseConfig(method=method, noise=str(path)))
        if treated.sound is clip:
            assert treated.note == f"left as it is: its noise is not that of {path}"
        else:
            assert error_db(treated.sound.samples, words()) < -4.9


def test_no_speech_is_no_use():
    for samples, why in ((noise(2.0, 0.05), "no speech"), (noise(1.0) * 0, "silent")):
        with pytest.raises(Unusable, match=why):
            denoise(Sound(samples, RATE), SPECTRAL)


def test_samples_that_are_no_numbers_are_no_use():
    with pytest.raises(Unusable, match="not finite"):
        denoise(Sound(np.full(RATE, np.nan, np.float32), RATE), SPECTRAL)


@pytest.mark.parametrize("count", [1, 400, 1023, 1024, 3000])
def test_a_tiny_clip_comes_back_or_is_told_of(count):
    try:
        made = denoise(Sound(said(1.0)[:count].copy(), RATE), SPECTRAL).sound
    except Unusable as trouble:
        assert "no speech" in trouble.why or "silent" in trouble.why
    else:
        assert len(made.samples) == count


def test_a_recording_of_noise_that_is_of_no_use_is_told_before_any_work(tmp_path):
    note = tmp_path / "note.mp3"
    note.write_text("no sound")
    wrong = {
        "no such file": tmp_path / "gone.wav",
        f"must be at least {NOISE_SECONDS} s": write(tmp_path / "short.wav", noise(0.1)),
        "silent": write(tmp_path / "zero.wav", noise(1.0) * 0),
        "mp3": note,
    }
    for why, path in wrong.items():
        with pytest.raises(SettingError, match=why) as caught:
            check_denoise(DenoiseConfig(noise=str(path)))
        assert caught.value.key == "denoise.noise"
        assert str(path) in str(caught.value)


def test_noise_may_be_an_mp3_of_two_sides(tmp_path):
    # An mp3 has no highest frequencies: its noise is that of a clip which has none either.
    room = np.convolve(noise(4.0), np.hanning(9) / 4, "same")
    write_mp3(tmp_path / "noise.mp3", np.stack([room[:RATE], room[RATE : 2 * RATE]], axis=1), RATE)
    config = DenoiseConfig(noise=str(tmp_path / "noise.mp3"))
    check_denoise(config)
    made = denoise(noisy(5, added=room), config).sound
    assert error_db(made.samples, words()) < -10


def test_sox_is_asked_for_only_where_it_is_needed(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    check_denoise(SPECTRAL)
    with pytest.raises(ToolMissing) as caught:
        check_denoise(SOX)
    assert (caught.value.tool, caught.value.needed_for) == ("SoX", "--method sox")


@pytest.mark.parametrize("strength", [-0.1, 1.1, float("nan")])
def test_an_impossible_strength_is_refused(strength):
    with pytest.raises(SettingError, match="strength"):
        DenoiseConfig(strength=strength)
