from dataclasses import replace

import pytest

from voiceprep.errors import SettingError
from voiceprep.text.frontends import FrontendState

STATE = FrontendState("zh", 2, (("tones", True),), ("_", "a1"), (("ni", "ni3"),), "abc")


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"name": "ja"}, "ja"),
        ({"version": 1}, "version"),
        ({"options": (("tones", False),)}, "tones"),
        ({"symbols": ("_", "b1")}, "b1"),
        ({"pronunciations": (("ni", "ni2"),)}, "ni"),
        ({"dictionary": "abd"}, "dictionary"),
    ],
)
def test_a_difference_is_named(change, word):
    (line,) = replace(STATE, **change).differences(STATE)
    assert word in line


@pytest.mark.parametrize("key", STATE.to_plain())
def test_a_state_that_is_damaged_is_refused(key):
    plain = STATE.to_plain()
    for value in (None, 3, [3]):
        if not (key == "version" and value == 3) and key not in ("name", "dictionary"):
            with pytest.raises(SettingError):
                FrontendState.from_plain(plain | {key: value})
    with pytest.raises(SettingError):
        FrontendState.from_plain({name: value for name, value in plain.items() if name != key})
