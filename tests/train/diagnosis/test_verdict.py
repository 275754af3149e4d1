"""A verdict's sentences."""

from voiceprep.quality.proportion import wilson
from voiceprep.train.diagnosis.runs import Trend
from voiceprep.train.diagnosis.verdict import describe_trend


def test_a_trend_names_the_step_that_failed_least():
    rates = {5: wilson(9, 10), 20: wilson(1, 10), 100: wilson(4, 10)}
    sentence = describe_trend(Trend(rates, rates))
    assert sentence.startswith(
        "3 checkpoints from step 5 to 100: the share of runs that fail goes from"
    )
    assert "from 90.0 % to 40.0 %; the lowest is at step 20: 1 of 10" in sentence
    assert describe_trend(Trend(rates | {100: wilson(1, 10)}, rates)).endswith("was never lower")
