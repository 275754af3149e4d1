import numpy as np
import pytest

from voiceprep.audio.checks.other_voice import CHECK, keep_voice, read_voices
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.sound import Sound
from voiceprep.quality.check import Undecided, judge_set

from ...signals import RATE, noise, placed, speech, tone

USUAL = np.array([7.6, 0.4, 4.0, *np.linspace(20, -20, 16)])
# The variance of the mean of a second of a voice, in each band.
WITHIN = 16 * [3.0]


def voices(count, spread=1.0):
    """Records of clips of one voice, as scattered as a reader's are."""
    random = np.random.default_rng(0)
    scatter = spread * np.array([0.09, 0.1, 0.3] + 16 * [1.5])
    return {
        f"clip{number}": record(USUAL + scatter * row)
        for number, row in enumerate(random.standard_normal((count, 19)))
    }


def record(values, seconds=4.0):
    return (seconds, *values, *WITHIN)


def moved(kept, semitones, brighter_db=0.0, seconds=4.0):
    """A record of the median voice, higher and brighter."""
    middle = np.median(np.array(list(kept.values())), axis=0)[1:20]
    bands = brighter_db / 2 * np.linspace(-1, 1, 16)
    return record(middle + np.r_[semitones / 12, 0, 0, bands], seconds)


@pytest.mark.parametrize("count", [23, 300])
def test_one_voice_that_is_higher_and_brighter_stands_out_alone(count):
    kept = voices(count)
    kept["clip7"] = moved(kept, 6, 12)
    findings = judge_set(CHECK, kept)
    assert max(findings, key=lambda id: findings[id].value) == "clip7"
    assert not findings["clip7"].ok


def test_several_clips_of_another_voice_do_not_hide_each_other():
    kept = voices(200)
    step = np.array(moved(kept, 4, 16)) - np.array(moved(kept, 0))
    others = {id: tuple(kept[id] + step) for id in list(kept)[:10]}
    kept |= others
    findings = judge_set(CHECK, kept)
    assert {id for id, finding in findings.items() if not finding.ok} == set(others)


@pytest.mark.parametrize(
    ("semitones", "brighter_db", "well"), [(5, 10, False), (5, 0, True), (1, 8, True)]
)
def test_among_few_clips_a_pitch_far_off_counts_where_the_rest_is_off_too(
    semitones, brighter_db, well
):
    kept = voices(23)
    kept["clip7"] = moved(kept, semitones, brighter_db)
    assert judge_set(CHECK, kept)["clip7"].ok == well


def test_a_short_clip_may_be_further_off_than_a_long_one():
    kept = voices(100)
    values = []
    for seconds in (1.4, 4.0, 12.0):
        kept["clip7"] = moved(kept, 3, 8, seconds)
        values.append(judge_set(CHECK, kept)["clip7"].value)
    assert values == sorted(values)


def test_clips_of_a_low_rate_are_compared_in_the_bands_that_they_have():
    kept = voices(40)
    kept["clip7"] = moved(kept, 6, 12)
    narrow = {id: (*row[:15], *row[20:31]) for id, row in kept.items()}
    assert not judge_set(CHECK, narrow)["clip7"].ok
    mixed = {id: narrow[id] if place % 2 else row for place, (id, row) in enumerate(kept.items())}
    findings = judge_set(CHECK, mixed)
    assert [id for id, finding in findings.items() if not finding.ok] == ["clip7"]


def test_clips_of_one_voice_are_hardly_ever_told():
    named = [not finding.ok for finding in judge_set(CHECK, voices(1000)).values()]
    assert sum(named) <= 3


def test_of_a_few_clips_and_of_none_nothing_is_told():
    assert read_voices(voices(9)) == {}
    assert read_voices({}) == {}


def test_clips_that_are_all_alike_are_all_well():
    assert all(finding.ok for finding in judge_set(CHECK, voices(20, spread=0.0)).values())


@pytest.mark.parametrize(("rate", "bands"), [(RATE, 16), (8000, 11)])
def test_what_is_kept_of_a_clip_is_small_and_knows_no_level(rate, bands):
    kept = [
        keep_voice(AudioFeatures(Sound(gain * speech(rate=rate), rate)))
        for gain in np.float32([0.2, 1])
    ]
    assert len(kept[0]) == 4 + 2 * bands
    assert kept[0] == pytest.approx(kept[1], abs=0.05)


@pytest.mark.parametrize(
    ("samples", "reason"),
    [(speech(1.0), "voiced"), (placed([(0.2, tone(2.0, 400))], 2.4), "tone")],
)
def test_a_word_and_a_beep_are_no_voice_to_know(samples, reason):
    kept = keep_voice(AudioFeatures(Sound(samples, RATE)))
    assert isinstance(kept, Undecided)
    assert reason in kept.reason


@pytest.mark.parametrize("samples", [speech()[:10], np.zeros(RATE, np.float32), noise(0.5)])
def test_of_what_does_not_speak_nothing_is_kept(samples):
    assert keep_voice(AudioFeatures(Sound(samples, RATE))) is None


def test_copies_of_one_recording_are_one_voice():
    kept = voices(30, spread=1e-6)
    assert all(finding.ok for finding in judge_set(CHECK, kept).values())
