import numpy as np
import pytest

from voiceprep.audio.checks.other_voice import CHECK, keep_voice, read_voices
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.sound import Sound
from voiceprep.quality.check import judge_set

from ...signals import RATE, noise, speech


def voices(count, spread=1.0):
    """Records of clips of one voice, as scattered as a reader's are."""
    random = np.random.default_rng(0)
    scatter = spread * np.array([0.09, 0.1, 0.3] + 16 * [1.5])
    usual = np.array([7.6, 0.4, 4.0, *np.linspace(20, -20, 16)])
    return {
        f"clip{number}": tuple(usual + scatter * row)
        for number, row in enumerate(random.standard_normal((count, 19)))
    }


@pytest.mark.parametrize("count", [23, 300])
def test_one_voice_that_is_higher_and_brighter_stands_out_alone(count):
    kept = voices(count)
    pitch, *rest = kept["clip7"]
    kept["clip7"] = (pitch + 0.5, *(np.array(rest) + np.r_[0, 0, np.linspace(-6, 6, 16)]))
    findings = judge_set(CHECK, kept)
    assert max(findings, key=lambda id: findings[id].value) == "clip7"
    assert not findings["clip7"].ok


@pytest.mark.parametrize(
    ("semitones", "brighter_db", "well"), [(4, 8, False), (4, 0, True), (1, 8, True)]
)
def test_among_few_clips_a_pitch_far_off_counts_where_the_rest_is_off_too(
    semitones, brighter_db, well
):
    kept = voices(23)
    middle = np.median(np.array(list(kept.values())), axis=0)
    bands = brighter_db / 2 * np.linspace(-1, 1, 16)
    kept["clip7"] = tuple(middle + np.r_[semitones / 12, 0, 0, bands])
    assert judge_set(CHECK, kept)["clip7"].ok == well


def test_clips_of_one_voice_are_hardly_ever_told():
    named = [not finding.ok for finding in judge_set(CHECK, voices(1000)).values()]
    assert sum(named) <= 3


def test_of_a_few_clips_and_of_none_nothing_is_told():
    assert read_voices(voices(9)) == {}
    assert read_voices({}) == {}


def test_clips_that_are_all_alike_are_all_well():
    assert all(finding.ok for finding in judge_set(CHECK, voices(20, spread=0.0)).values())


def test_what_is_kept_of_a_clip_is_small_and_knows_no_level():
    kept = [
        keep_voice(AudioFeatures(Sound(gain * speech(), RATE))) for gain in np.float32([0.2, 1])
    ]
    assert len(kept[0]) == 19
    assert kept[0] == pytest.approx(kept[1], abs=0.05)


@pytest.mark.parametrize("samples", [speech()[:10], np.zeros(RATE, np.float32), noise(0.5)])
def test_of_what_does_not_speak_nothing_is_kept(samples):
    assert keep_voice(AudioFeatures(Sound(samples, RATE))) is None


def test_copies_of_one_recording_are_one_voice():
    kept = voices(30, spread=1e-6)
    assert all(finding.ok for finding in judge_set(CHECK, kept).values())
