import pytest

from voiceprep.train.diagnosis.limits import Limit


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("no_stop>0.02", Limit("no_stop", 0.02)),
        (" skipped > 0.5 ", Limit("skipped", 0.5)),
        ("finished_but_gate_silent>0", Limit("finished_but_gate_silent", 0.0)),
    ],
)
def test_a_limit_is_read_as_typed(text, limit):
    assert Limit.read(text) == limit


@pytest.mark.parametrize(
    "text", ["no_stpo>0.1", "no_stop", "no_stop>few", "no_stop>nan", "no_stop>inf", ""]
)
def test_a_limit_that_is_none_is_named(text):
    with pytest.raises(ValueError, match=f"^{text}: "):
        Limit.read(text)
