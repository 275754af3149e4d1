import hashlib
import json
from dataclasses import replace

import pytest

from voiceprep.audio.mel import MelConfig
from voiceprep.errors import SettingError
from voiceprep.text.encode import TextConfig
from voiceprep.text.frontends import make_frontend
from voiceprep.train.frontend import FrontendConfig, read_sentence


@pytest.mark.parametrize("mel", [MelConfig(), MelConfig(fmax_hz=7000.0, scale="db_symmetric")])
def test_what_a_checkpoint_keeps_gives_the_same_front_end(mel):
    config = FrontendConfig(("a", "b"), "basic_cleaners", mel, ("anna",), rare=(("b", 2),))
    assert FrontendConfig.from_plain(json.loads(json.dumps(config.to_plain()))) == config


def test_checkpoints_keep_what_they_kept_before_mels_had_kinds():
    kept = json.dumps(FrontendConfig().to_plain(), sort_keys=True)
    assert hashlib.sha256(kept.encode()).hexdigest()[:16] == "9f893dd1647e0f6f"


def test_mel_settings_that_are_none_are_refused():
    plain = FrontendConfig().to_plain()
    with pytest.raises(SettingError, match="scale"):
        FrontendConfig.from_plain(plain | {"mel": {"scale": "bark"}})


@pytest.mark.parametrize("rare", [["b"], {"b": 1.5}, {3: 1}, "b"])
def test_counts_of_another_kind_are_refused(rare):
    with pytest.raises(SettingError):
        FrontendConfig.from_plain(FrontendConfig().to_plain() | {"rare": rare})


def read(text, symbols, rare=()):
    made = make_frontend(TextConfig(frontend="characters", symbols=symbols))
    return read_sentence(text, replace(FrontendConfig.of(made, MelConfig()), rare=rare))


def test_a_symbol_that_the_voice_hardly_read_is_told_with_the_nearest_that_it_knows():
    sentence = read("ɣééa!", "aegɣé!", rare=(("ɣ", 0), ("é", 3), ("!", 0)))
    assert sentence.notes == (
        "the voice never read 'ɣ' (nearest: 'g'), '!'",
        "the voice hardly read 'é' (3 ×, nearest: 'e')",
    )
    assert read("ea", "aegɣé", rare=(("ɣ", 0),)).notes == ()


def test_a_character_without_a_symbol_is_told_with_the_nearest():
    sentence = read("ça?", "ac")
    assert sentence.unknown == ("ç", "?")
    assert sentence.notes == ("the voice does not have 'ç' (nearest: 'c')",)


def test_one_that_is_rare_itself_is_not_near():
    assert read("ça", "ac", rare=(("c", 0),)).notes == ()


def test_what_a_front_end_guessed_is_told():
    made = make_frontend(TextConfig(frontend="ettts"))
    (note,) = read_sentence("é", FrontendConfig.of(made, MelConfig())).notes[:1]
    assert note in made.encode("é").notes
