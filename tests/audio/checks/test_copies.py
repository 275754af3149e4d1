import time

import numpy as np
import pytest

from voiceprep.audio.checks.copies import CHECK, keep_words, read_copies
from voiceprep.audio.faults.copied import copy
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.sound import Sound
from voiceprep.quality.check import Undecided, judge_set

from ...signals import RATE, placed, said


def spoken(seed, words=6):
    """Words of chance pitch at places of chance."""
    random = np.random.default_rng(seed)
    parts = [
        (0.1 + 0.6 * number + random.uniform(0, 0.1), said(0.45, pitch_hz=random.uniform(90, 300)))
        for number in range(words)
    ]
    return Sound(placed(parts, 0.6 * words + 0.4, seed=seed), RATE)


def kept(sounds):
    return {id: keep_words(AudioFeatures(sound)) for id, sound in sounds.items()}


def random_words(count, seed=0, steps=500):
    random = np.random.default_rng(seed)
    return {
        f"clip{number}": random.integers(1, 1 << 32, steps, dtype=np.uint32)
        for number in range(count)
    }


@pytest.mark.parametrize("seconds", [0.0, 0.3, 1.0])
def test_a_copy_is_found_turned_down_trimmed_and_through_an_mp3(seconds):
    sounds = {f"clip{seed}": spoken(seed) for seed in range(5)}
    sounds["again"] = copy(sounds["clip2"], seconds, np.random.default_rng(3))
    findings = judge_set(CHECK, kept(sounds))
    assert {id for id, finding in findings.items() if not finding.ok} == {"clip2", "again"}
    assert "also in clip2" in findings["again"].advice


def test_a_part_of_a_clip_is_told_as_the_part_it_is():
    words = random_words(3)
    words["part"] = words["clip1"][200:300]
    readings = read_copies(words)
    assert readings["part"].value == 1
    assert readings["clip1"].value == pytest.approx(0.2)
    assert readings["clip1"].spans[0] == pytest.approx((2.32, 3.48))


def test_of_many_copies_each_is_told():
    words = dict.fromkeys([f"copy{number}" for number in range(50)], random_words(1)["clip0"])
    assert all(reading.value == 1 for reading in read_copies(words).values())


def test_ten_thousand_clips_are_compared_in_seconds():
    words = random_words(10_000, steps=100)
    words["again"] = words["clip77"]
    begun = time.process_time()
    readings = read_copies(words)
    assert time.process_time() - begun < 20
    assert {id for id, reading in readings.items() if reading.value} == {"clip77", "again"}


@pytest.mark.parametrize("words", [{}, {"a": np.ones(100, np.uint32)}])
def test_of_one_clip_and_of_none_nothing_is_a_copy(words):
    assert not any(reading.value for reading in read_copies(words).values())


@pytest.mark.parametrize("samples", [np.zeros(10), np.zeros(RATE)])
def test_of_silence_and_a_few_samples_nothing_is_kept(samples):
    assert keep_words(AudioFeatures(Sound(samples.astype(np.float32), RATE))) is None


def test_of_a_short_word_only_an_exact_copy_can_be_told():
    sounds = {f"word{seed}": spoken(seed, words=1) for seed in range(3)}
    read = judge_set(CHECK, kept(sounds | {"again": sounds["word1"], "none": Sound(
        np.zeros(RATE, np.float32), RATE
    )}))  # fmt: skip
    assert read.keys() == {*sounds, "again"}
    assert isinstance(read["word0"], Undecided) and isinstance(read["word2"], Undecided)
    assert not read["word1"].ok and "also in again" in read["word1"].advice
    assert not read["again"].ok and "also in word1" in read["again"].advice
