import numpy as np
import pytest

from voiceprep.audio.checks import cut_end, cut_start
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.sound import Sound
from voiceprep.quality.check import Undecided, judge

from ...signals import RATE, placed, said, tone

CLEAN = placed([(0.1, said(1.0)), (1.3, said(1.0))], 2.5)


@pytest.mark.parametrize("check", [cut_end.CHECK, cut_start.CHECK])
def test_a_word_with_room_around_it_is_whole(check):
    assert judge(check, "a", AudioFeatures(Sound(CLEAN, RATE))).ok


def test_a_sound_that_ends_in_a_vowel_is_cut_at_its_end_alone():
    features = AudioFeatures(Sound(CLEAN[: round(2.2 * RATE)], RATE))
    finding = judge(cut_end.CHECK, "a", features)
    assert not finding.ok
    assert finding.spans[0] == pytest.approx((2.19, 2.2), abs=0.001)
    assert judge(cut_start.CHECK, "a", features).ok


def test_how_loud_the_sound_is_changes_nothing():
    values = [
        cut_end.read_end(AudioFeatures(Sound(gain * CLEAN[: round(2.2 * RATE)], RATE))).value
        for gain in (np.float32(0.1), np.float32(1))
    ]
    assert values[0] == pytest.approx(values[1], abs=0.1)


def test_a_few_samples_and_silence_tell_nothing():
    assert cut_end.read_end(AudioFeatures(Sound(CLEAN[:10], RATE))) is None
    assert cut_end.read_end(AudioFeatures(Sound(np.zeros(RATE, np.float32), RATE))) is None


def vowel(seconds):
    """A vowel of few harmonics, which all cross zero where it begins."""
    return sum(tone(seconds, 120 * number, 0.1 / number) for number in range(1, 5))


@pytest.mark.parametrize("silence", [0.0, 0.1])
@pytest.mark.parametrize(("lost", "decided"), [(0.0, False), (0.0815, True)])
def test_a_vowel_at_rest_at_its_edge_may_be_whole_beside_digital_silence(silence, lost, decided):
    parts = [(silence, vowel(0.3)[round(lost * RATE) :]), (silence + 0.5, said(1.0))]
    samples = placed(parts, silence + 1.5, room=0)
    for read, clip, does in (
        (cut_start.read_start, samples, "begins"),
        (cut_end.read_end, samples[::-1], "ends"),
    ):
        reading = read(AudioFeatures(Sound(clip, RATE)))
        if decided:
            assert reading.value > cut_end.LIMIT
        else:
            assert reading == Undecided(
                f"it {does} at rest, as synthetic voices do that are not cut off"
            )


def test_a_vowel_that_is_cut_where_it_crosses_zero_in_a_room_is_cut():
    samples = placed([(0, vowel(0.3)), (0.5, said(1.0))], 1.5)
    assert not judge(cut_start.CHECK, "a", AudioFeatures(Sound(samples, RATE))).ok


def test_a_step_of_the_recorder_at_the_start_is_no_sound_that_is_cut_off():
    time = np.arange(len(CLEAN)) / RATE
    step = 0.3 * np.exp(-time / 0.003) - 0.5 * np.exp(-time / 0.001)
    reading = cut_start.read_start(AudioFeatures(Sound((CLEAN + step).astype("f4"), RATE)))
    assert reading == Undecided("it begins with a click, and not with a sound")


def test_a_voice_that_is_cut_between_two_of_its_pulses_is_cut():
    pulse = np.exp(-np.arange(RATE // 100) / (0.0012 * RATE)) * tone(0.01, 700, 0.4)[: RATE // 100]
    buzz = np.tile(pulse.astype("f4"), 40)
    samples = placed([(0.3, said(0.8)), (1.4, buzz)], 1.8)
    assert cut_end.read_end(AudioFeatures(Sound(samples, RATE))).value > cut_end.LIMIT
