import hashlib
import json

import pytest

from voiceprep.audio.mel import MelConfig
from voiceprep.errors import SettingError
from voiceprep.train.frontend import FrontendConfig


@pytest.mark.parametrize("mel", [MelConfig(), MelConfig(fmax_hz=7000.0, scale="db_symmetric")])
def test_what_a_checkpoint_keeps_gives_the_same_front_end(mel):
    config = FrontendConfig(("a", "b"), "basic_cleaners", mel, ("anna",))
    assert FrontendConfig.from_plain(json.loads(json.dumps(config.to_plain()))) == config


def test_checkpoints_keep_what_they_kept_before_mels_had_kinds():
    kept = json.dumps(FrontendConfig().to_plain(), sort_keys=True)
    assert hashlib.sha256(kept.encode()).hexdigest()[:16] == "9f893dd1647e0f6f"


def test_mel_settings_that_are_none_are_refused():
    plain = FrontendConfig().to_plain()
    with pytest.raises(SettingError, match="scale"):
        FrontendConfig.from_plain(plain | {"mel": {"scale": "bark"}})
