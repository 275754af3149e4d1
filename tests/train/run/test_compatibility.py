from dataclasses import replace

import numpy as np
import pytest

from tests.train.made_checkpoints import VOICE, made_checkpoint
from voiceprep.audio.mel import MelConfig
from voiceprep.train.run.compatibility import STATISTICS, MelStatistics, compare_checkpoint


def amiss(findings):
    return {finding.check: finding for finding in findings if not finding.ok}


def made_mels(mean=-5.4, spread=1.9, count=3, seed=0):
    random = np.random.default_rng(seed)
    return [random.normal(mean, spread, (10, 200)).astype(np.float32) for _ in range(count)]


def test_a_voice_like_the_checkpoint_has_nothing_amiss():
    found = compare_checkpoint(made_checkpoint(), VOICE, MelStatistics.of(made_mels()), {"a": 2000})
    assert not amiss(found)
    assert {"mel.hop_length", "mel.rate", "symbols", "front end", "mel_mean"} <= {
        finding.check for finding in found
    }


def test_mel_settings_that_differ_are_reported_with_advice():
    mel = MelConfig(rate=16000, hop_length=200, mel_channels=10)
    found = amiss(compare_checkpoint(made_checkpoint(), replace(VOICE, mel=mel)))
    assert set(found) == {"mel.rate", "mel.hop_length"}
    hop = found["mel.hop_length"]
    assert (hop.value, hop.unit, hop.id) == (200.0, "samples", "checkpoint")
    assert "it was trained with 256, the dataset has 200" in hop.advice
    assert "--set mel.hop_length=256" in hop.advice


def test_what_a_file_does_not_state_is_reported_as_assumed():
    foreign = replace(made_checkpoint(), origin="nvidia")
    mel = MelConfig(fmax_hz=7000.0, mel_channels=10)
    found = amiss(compare_checkpoint(foreign, replace(VOICE, mel=mel, cleaner="basic_cleaners")))
    assert set(found) == {"mel.fmax_hz"}
    advice = "with 8000 (assumed: its file does not state it), the dataset has 7000"
    assert advice in found["mel.fmax_hz"].advice


def test_new_symbols_are_named():
    found = amiss(
        compare_checkpoint(made_checkpoint(), replace(VOICE, symbols=(*VOICE.symbols, "é", "ß")))
    )
    assert found["symbols"].value == 2
    assert found["symbols"].advice.startswith("it was not trained on é ß")


def test_unknown_symbols_are_reported_where_their_number_differs():
    unknown = replace(made_checkpoint(), frontend=replace(VOICE, symbols=()))
    assert not amiss(compare_checkpoint(unknown, VOICE))
    found = amiss(compare_checkpoint(unknown, replace(VOICE, symbols=("_", "a"))))
    assert "its 148 symbols are not known, the dataset has 2" in found["symbols"].advice


def test_another_cleaner_is_reported():
    found = amiss(compare_checkpoint(made_checkpoint(), replace(VOICE, cleaner="basic_cleaners")))
    assert found["front end"].advice == (
        "it was trained with another front end: text.cleaner = basic_cleaners, it was "
        "english_cleaners"
    )


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (lambda mel: mel / np.log(10), "mel_mean"),
        (lambda mel: (mel + 11.5) / 11.5, "mel_mean"),
        (lambda mel: (mel + 5.4) / np.log(10) - 5.4, "mel_spread"),
    ],
    ids=["log10", "from 0 to 1", "narrow"],
)
def test_mels_of_another_kind_are_reported(change, check):
    statistics = MelStatistics.of(change(mel) for mel in made_mels())
    found = amiss(compare_checkpoint(made_checkpoint(), VOICE, statistics))
    assert "differ from those of published voices" in found[check].advice


def test_a_checkpoint_that_keeps_its_statistics_is_compared_band_by_band():
    ours = MelStatistics.of(made_mels(mean=-7.5, spread=1.0))
    kept = replace(made_checkpoint(), training={STATISTICS: ours.to_plain()})
    assert not amiss(compare_checkpoint(kept, VOICE, ours))
    shifted = ours.mean.copy()
    shifted[4] += 2
    found = amiss(compare_checkpoint(kept, VOICE, MelStatistics(shifted, ours.spread)))
    assert found["mel_mean"].value == pytest.approx(2.0)
    assert "by 2.0 in their mean in band 4" in found["mel_mean"].advice


def test_statistics_are_those_of_all_frames():
    mels = made_mels(count=4)
    statistics, together = MelStatistics.of(iter(mels)), np.concatenate(mels, 1)
    assert np.allclose(statistics.mean, together.mean(1), atol=1e-6)
    assert np.allclose(statistics.spread, together.std(1), atol=1e-5)
    assert statistics.overall() == pytest.approx((together.mean(), together.std()), abs=1e-5)
    again = MelStatistics.from_plain(statistics.to_plain())
    assert np.array_equal(again.mean, statistics.mean)
    with pytest.raises(ValueError, match="no frames"):
        MelStatistics.of([])


def test_clips_beyond_the_limit_are_named():
    found = compare_checkpoint(
        made_checkpoint(), VOICE, frames={"a": 900, "b": 1200}, max_frames=1000
    )
    (long,) = amiss(found).values()
    assert (long.id, long.check, long.value, long.unit) == ("b", "clip_length", 1200, "frames")
    assert "longer than the limit of 1000 frames" in long.advice
