from voiceprep.audio.checks import cut_end
from voiceprep.audio.checks.cut_start import CHECK, read_start
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.sound import Sound
from voiceprep.quality.check import judge

from ...signals import RATE, placed, said

CLEAN = placed([(0.1, said(1.0)), (1.3, said(1.0))], 2.5)


def test_a_sound_that_begins_in_a_vowel_is_cut_at_its_start_alone():
    features = AudioFeatures(Sound(CLEAN[round(0.3 * RATE) :], RATE))
    finding = judge(CHECK, "a", features)
    assert not finding.ok
    assert finding.spans == ((0.0, 0.01),)
    assert "begins" in finding.advice
    assert judge(cut_end.CHECK, "a", features).ok


def test_a_few_samples_tell_nothing():
    assert read_start(AudioFeatures(Sound(CLEAN[:10], RATE))) is None
