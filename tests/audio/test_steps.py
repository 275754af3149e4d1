import numpy as np
import pytest

from tests.signals import RATE, placed, said
from voiceprep.audio.denoise import DenoiseConfig, denoise
from voiceprep.audio.dither import settle
from voiceprep.audio.loudness import LoudnessConfig, level
from voiceprep.audio.sound import Sound
from voiceprep.audio.steps import take_steps
from voiceprep.audio.trim import TrimConfig, trim


def clip(room=0.01, silence=0.6):
    parts = [(silence, said(1.0)), (silence + 1.4, said(0.5))]
    return settle(Sound(placed(parts, 2 * silence + 1.9, room=room), RATE), 16)


@pytest.mark.parametrize("bits", [16, 24])
def test_all_at_once_is_one_after_the_other(bits):
    settings = [
        ("denoise", DenoiseConfig()),
        ("trim", TrimConfig()),
        ("loudness", LoudnessConfig()),
    ]
    sound = clip()
    at_once = take_steps(sound, settings, bits)
    sound = settle(denoise(sound, DenoiseConfig(), bits).sound, bits)
    sound = settle(trim(sound, TrimConfig(), bits).sound, bits)
    sound = settle(level(sound, LoudnessConfig()).sound, bits)
    assert np.array_equal(at_once.sound.samples, sound.samples)
    assert list(at_once.facts) == ["denoise", "trim", "loudness"]


def test_the_notes_of_steps_are_joined_with_why_one_was_not_needed_at_the_end():
    steps = [("denoise", DenoiseConfig()), ("loudness", LoudnessConfig(-8.0))]
    sound = clip(1e-4)
    notes = [denoise(sound, DenoiseConfig(), 16).note, level(sound, LoudnessConfig(-8.0)).note]
    assert all(notes)
    treated = take_steps(sound, steps, 16)
    assert treated.note == "; ".join(reversed(notes))
    assert treated.unneeded == notes[0]


def test_no_step_is_no_change():
    sound = clip()
    treated = take_steps(sound, [], 16)
    assert treated.sound is sound
    assert (treated.note, treated.facts) == ("", {})
