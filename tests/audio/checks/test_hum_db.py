import numpy as np
import pytest

from voiceprep.audio.checks.hum_db import CHECK, read_hum
from voiceprep.audio.faults.hum import inject
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.sound import Sound
from voiceprep.quality.check import Undecided, judge

from ...signals import RATE, noise, placed, said, tone


def room(seed=0):
    words = [(0.4, said(pitch_hz=110.0)), (2.2, said(pitch_hz=130.0))]
    return Sound(placed(words, 4.0, room=1e-3, seed=seed), RATE)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("decibels", [20, 30])
def test_hum_under_the_speech_is_found(seed, decibels):
    spoilt = inject(room(seed), decibels, np.random.default_rng(seed))
    assert not judge(CHECK, "a", AudioFeatures(spoilt)).ok


# Words with gaps of 50 ms alone.
SENTENCE = placed(
    [(place, said(0.35, pitch_hz=90 + 20 * place)) for place in np.arange(0, 4, 0.4)], 4.0, room=0
)


def lines(numbers, base_hz=50.0, level=0.001, seconds=4.0):
    """Steady tones at multiples of a base."""
    return sum(tone(seconds, base_hz * number, level) for number in numbers)


def with_lines(*args, **kwargs):
    return AudioFeatures(Sound(room().samples + lines(*args, **kwargs), RATE))


@pytest.mark.parametrize("mains", [50, 60])
def test_it_names_the_frequencies_and_the_level(mains):
    evidence = read_hum(with_lines((1, 3, 5), mains, 0.0042)).evidence
    assert f"{mains}, {3 * mains}, {5 * mains} Hz at -46 dBFS" in evidence


@pytest.mark.parametrize("pitch_hz", [60, 75, 85, 100, 120])
def test_a_low_voice_is_no_hum(pitch_hz):
    words = [(0.4, said(pitch_hz=float(pitch_hz))), (2.2, said(pitch_hz=1.05 * pitch_hz))]
    features = AudioFeatures(Sound(placed(words, 4.0, room=3e-4), RATE))
    assert judge(CHECK, "a", features).ok


@pytest.mark.parametrize("seed", range(3))
def test_hum_is_found_through_a_sentence_without_pauses(seed):
    sentence = Sound(SENTENCE + noise(4, 1e-4, seed=seed), RATE)
    assert isinstance(read_hum(AudioFeatures(sentence)), Undecided)
    spoilt = inject(sentence, 20, np.random.default_rng(seed))
    assert not judge(CHECK, "a", AudioFeatures(spoilt)).ok


@pytest.mark.parametrize("softer_db", [0, 40])
def test_hum_counts_by_what_is_heard_beside_the_speech(softer_db):
    """A tone of -56 dBFS at 150 Hz is A-weighted by -13 dB, at 450 Hz by -4 dB."""
    features = with_lines((3, 9), level=np.sqrt(2) * 10 ** (-56 / 20))
    softer = AudioFeatures(
        Sound(features.sound.samples * np.float32(10 ** (-softer_db / 20)), RATE)
    )
    assert read_hum(softer).value == pytest.approx(-56 - 4 + 22.5, abs=1.5)


def test_hum_that_no_ear_hears_is_well():
    quiet = Sound(placed([(0.4, said())], 4.0, room=1e-5) + lines((1, 3, 5), level=4e-5), RATE)
    assert judge(CHECK, "a", AudioFeatures(quiet)).ok


def test_a_lone_tone_and_lines_off_the_mains_are_no_hum():
    for numbers, base_hz in (((3,), 50), ((13,), 50), (range(1, 12), 47.0), (range(1, 12), 52.5)):
        assert judge(CHECK, "a", with_lines(numbers, base_hz, 0.004)).ok


def test_even_multiples_alone_may_be_a_voice():
    assert isinstance(read_hum(with_lines((2, 4, 6, 8), level=0.004)), Undecided)
    assert isinstance(read_hum(with_lines((2, 4), base_hz=60, level=0.004)), Undecided)
    assert judge(CHECK, "a", with_lines((2, 4, 6), level=1e-4)).ok


def test_a_hum_under_louder_noise_is_masked():
    noisy = Sound(room().samples + noise(4, 0.05, seed=5) + lines((1, 3, 5)), RATE)
    assert judge(CHECK, "a", AudioFeatures(noisy)).ok


def test_noise_that_a_filter_cut_is_no_hum():
    from scipy.signal import butter, sosfilt

    for hertz in (70, 120, 200):
        cut = sosfilt(butter(8, hertz, "highpass", fs=RATE, output="sos"), noise(4, 0.01))
        sound = Sound(placed([(0.4, said())], 4.0, room=0) + cut.astype(np.float32), RATE)
        assert judge(CHECK, "a", AudioFeatures(sound)).ok


@pytest.mark.parametrize(
    ("samples", "why"),
    [
        (tone(0.5, hz=50), "shorter than 0.8 s"),
        (said(2.0), "pauses"),
        (placed([(0.5, said(2.0))], 3.0, room=0), "pauses"),
    ],
    ids=["a moment", "one vowel", "digital silence"],
)
def test_without_room_tone_it_cannot_tell(samples, why):
    read = read_hum(AudioFeatures(Sound(samples, RATE)))
    assert isinstance(read, Undecided)
    assert why in read.reason


def test_there_is_nothing_to_judge_in_zeros():
    assert read_hum(AudioFeatures(Sound(np.zeros(RATE, np.float32), RATE))) is None
