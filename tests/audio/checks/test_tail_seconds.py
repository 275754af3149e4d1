import numpy as np
import pytest

from voiceprep.audio.checks.tail_seconds import CHECK, read_tail
from voiceprep.audio.faults.digital_tail import add_zeros
from voiceprep.audio.faults.tail_silence import add_tail
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.sound import Sound
from voiceprep.quality.check import Undecided, judge

from ...signals import RATE, noise, placed, said

CLEAN = Sound(placed([(0.3, said(0.8)), (1.4, said(0.8))], 2.3), RATE)


# Beside digital silence the room itself is sound, and passes for the end of the speech.
@pytest.mark.parametrize(("inject", "off"), [(add_tail, 0.03), (add_zeros, 0.12)])
def test_what_was_added_after_the_speech_is_read(inject, off):
    before = read_tail(AudioFeatures(CLEAN)).value
    spoilt = AudioFeatures(inject(CLEAN, 0.8, np.random.default_rng(0)))
    assert judge(CHECK, "a", AudioFeatures(CLEAN)).ok
    finding = judge(CHECK, "a", spoilt)
    assert not finding.ok
    assert finding.value == pytest.approx(before + 0.8, abs=off)
    assert finding.advice == (
        f"{finding.value:.2f} s of silence after the speech, at most 0.4 s is usual: "
        "`voiceprep trim` cuts it to 0.15 s"
    )


def test_of_silence_nothing_is_told():
    assert read_tail(AudioFeatures(Sound(np.zeros(RATE, np.float32), RATE))) is None


def test_where_the_end_of_speech_is_uncertain_nothing_is_decided():
    faint = np.concatenate([np.zeros(RATE, "f4"), said(1.0), said(0.6, 0.008)]) + noise(2.6, 1e-4)
    read = judge(CHECK, "a", AudioFeatures(Sound(faint, RATE)))
    assert isinstance(read, Undecided)
    assert "uncertain" in read.reason
