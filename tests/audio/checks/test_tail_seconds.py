import numpy as np
import pytest

from voiceprep.audio.checks.tail_seconds import CHECK, read_tail
from voiceprep.audio.faults.digital_tail import add_zeros
from voiceprep.audio.faults.tail_silence import add_tail
from voiceprep.audio.hearing import Hearing
from voiceprep.audio.sound import Sound
from voiceprep.check import judge

from ...signals import RATE, placed, said

CLEAN = Sound(placed([(0.3, said(0.8)), (1.4, said(0.8))], 2.3), RATE)


# Beside digital silence the room itself is sound, and passes for the end of the speech.
@pytest.mark.parametrize(("inject", "off"), [(add_tail, 0.03), (add_zeros, 0.12)])
def test_what_was_added_after_the_speech_is_read(inject, off):
    before = read_tail(Hearing(CLEAN)).value
    spoilt = Hearing(inject(CLEAN, 0.8, np.random.default_rng(0)))
    assert judge(CHECK, "a", Hearing(CLEAN)).ok
    finding = judge(CHECK, "a", spoilt)
    assert not finding.ok
    assert finding.value == pytest.approx(before + 0.8, abs=off)
    assert f"tail of {finding.value:.2f} s" in finding.advice


def test_of_silence_nothing_is_told():
    assert read_tail(Hearing(Sound(np.zeros(RATE, np.float32), RATE))) is None
