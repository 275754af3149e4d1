"""Every front end keeps what is promised of all."""

from dataclasses import replace
from typing import get_args

import pytest

from voiceprep.errors import SettingError
from voiceprep.text.encode import FRONTEND_OPTIONS, FrontendName, TextConfig
from voiceprep.text.frontends import FRONTENDS, FrontendState, load_frontend, make_frontend

CONFIGS = {"espeak": {"language": "fr"}}
TEXTS = ("Ah, ma mie a mis la main à la pâte.", "Un, deux, trois.", "漢字 かな 한글")


def made(name):
    return make_frontend(replace(TextConfig(frontend=name), **CONFIGS.get(name, {})), TEXTS)


def test_a_setting_chooses_among_the_rows():
    assert {*FRONTENDS} <= {*get_args(FrontendName)} == {*FRONTEND_OPTIONS}


@pytest.mark.parametrize("name", FRONTENDS)
def test_symbols_are_distinct_and_ids_are_their_places(name):
    frontend = made(name)
    assert frontend.name == name
    assert len({*frontend.symbols}) == len(frontend.symbols)
    for encoding in frontend.encode_all(TEXTS):
        assert encoding.symbols == tuple(frontend.symbols[number] for number in encoding.ids)
        assert 0 not in encoding.ids


@pytest.mark.parametrize("name", FRONTENDS)
def test_a_checkpoint_holds_all_that_a_front_end_depends_on(name):
    frontend = made(name)
    state = FrontendState.from_plain(frontend.state.to_plain())
    assert state == frontend.state
    assert not state.differences(frontend.state)
    again = load_frontend(state)
    for text in TEXTS:
        assert again.encode(text) == frontend.encode(text)


@pytest.mark.parametrize("name", FRONTENDS)
def test_many_texts_are_read_as_each_alone(name):
    frontend = made(name)
    texts = [*TEXTS, "", " ", *TEXTS]
    assert frontend.encode_all(texts) == [frontend.encode(text) for text in texts]


@pytest.mark.parametrize("name", FRONTENDS)
def test_rules_of_another_version_are_refused(name):
    state = made(name).state
    with pytest.raises(SettingError):
        load_frontend(replace(state, version=state.version + 1))


def test_an_unknown_front_end_is_refused_with_the_nearest():
    with pytest.raises(SettingError, match="nvidia"):
        load_frontend(FrontendState("nvidea", 1))


FRENCH = (
    "L'été dernier, où étiez-vous, garçon naïf ?",
    "À Noël, près du cœur de la forêt, un hêtre brûla.",
    "Ça m'a gêné : l'ambiguïté, l'œuvre, le maïs, la crème brûlée !",
)


def test_the_accents_of_a_french_text_survive():
    characters = make_frontend(TextConfig(frontend="characters"), FRENCH)
    espeak = make_frontend(TextConfig(frontend="espeak", language="fr"))
    for text in FRENCH:
        assert "".join(characters.encode(text).symbols) == text
        assert not characters.encode(text).unknown
        assert not espeak.encode(text).unknown
    for accented, plain in (("pêché", "pêche"), ("maïs", "mais"), ("forêt", "fort")):
        assert espeak.encode(accented).symbols != espeak.encode(plain).symbols
