from typing import get_args

import pytest

from voiceprep.text.encode import FrontendName
from voiceprep.text.frontends import FrontendState
from voiceprep.text.hard import hard_sentences
from voiceprep.text.languages import LANGUAGES, language_of


def test_every_language_of_a_front_end_has_hard_sentences():
    assert {*LANGUAGES} <= {*get_args(FrontendName)}
    assert all(hard_sentences(language) for language in LANGUAGES.values())


@pytest.mark.parametrize(
    ("name", "code"), [("fr", "fr"), ("en-gb", "en"), ("es-419", "es"), ("cmn", "zh"), ("", "")]
)
def test_the_language_of_espeak_is_its_option(name, code):
    assert language_of(FrontendState("espeak", 1, (("language", name),))) == code


def test_characters_are_of_any_language():
    assert language_of(FrontendState("characters", 1)) == ""
    assert language_of(FrontendState("nvidia", 1)) == "en"
