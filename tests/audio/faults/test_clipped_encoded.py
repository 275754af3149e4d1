import numpy as np

from voiceprep.audio.checks.clipping import read_clipping
from voiceprep.audio.faults import clipped_encoded, clipping
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.sound import Sound

from ...signals import RATE, speech

SPEECH = Sound(speech(), RATE)


def test_the_tops_are_flat_no_more():
    random = np.random.default_rng(0)
    flat = clipping.inject(SPEECH, 12.0, random)
    round_again = clipped_encoded.inject(SPEECH, 12.0, random)
    assert len(round_again.samples) == len(SPEECH.samples)
    assert (
        read_clipping(AudioFeatures(round_again)).value
        < read_clipping(AudioFeatures(flat)).value / 10
    )
