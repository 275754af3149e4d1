from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceprep.errors import SettingError, ToolMissing
from voiceprep.text.encode import TextConfig
from voiceprep.text.frontends import espeak, load_frontend, make_frontend
from voiceprep.tools import espeak_version


def made(language="fr", **options):
    return make_frontend(TextConfig(frontend="espeak", language=language, **options))


def phonemes(text, language, **options):
    encoding = made(language, **options).encode(text)
    assert encoding.unknown == ()
    return "".join(encoding.symbols)


@pytest.mark.parametrize(
    ("language", "text", "read"),
    [
        ("fr", "Les amis, ils ont faim ?", "lez amˈi, ilz ɔ̃ fˈɛ̃ ?"),
        ("fr", "« Ça va », dit Léa…", '" sa vˈa ", dˈi leˈa…'),
        ("de", "„Schön!“, sagte er.", '"ʃˈøːn!", zˈɑːɡtə ɛɾ.'),
        ("es", "¿Quién llega mañana?", "¿kjˈen ʎˈeɣa maɲˈana?"),
        ("ru", "Дождь, и дети дома.", "dˈoʃtʲ, ˈi dʲˈetʲɪ dˈoma."),
        ("en-gb", "Dr. Hale has 2 cats.", "dˈɒktə hˈeɪl hɐz tˈuː kˈats."),
        ("ja", "さくらが、さいた。", "sˌa\u0308kɯᵝɽˈa\u0308ɡa\u0308,sa\u0308ˈita\u0308."),
        ("yue", "你好。", "nˈei5 hˈou2."),
    ],
)
def test_a_sentence_is_read_with_its_stress_and_punctuation(language, text, read):
    assert phonemes(text, language) == read


def test_stress_can_be_left_out():
    assert phonemes("Les amis.", "fr", stress=False) == "lez ami."


def test_words_as_typed_and_the_phonemes_are_shown():
    encoding = made().encode("  E\u0301te\u0301,\n oui ")
    assert encoding.cleaned == "Été, oui"
    assert encoding.stages == (("phonemes", "etˈe, wˈi"),)


def test_one_table_serves_all_languages():
    assert made("fr").symbols == made("cmn-latn-pinyin", stress=False).symbols


@pytest.mark.parametrize(
    ("language", "text", "unknown"),
    [
        ("fr", "un\0 \ud800deux", ("\0", "\ud800")),
        ("fr", "\u202eun\u00ad deux", ()),
        ("ja", "桜が", ("桜",)),
        ("fr", "oui 😀👍🏽 ♥️", ("😀", "👍", "🏽", "♥")),
        ("fr", "_", ("_",)),
        ("fr", "- ' \"", ()),
    ],
)
def test_what_is_not_read_is_listed(language, text, unknown):
    encoding = made(language).encode(text)
    assert encoding.unknown == unknown
    assert [one.what for one in encoding.rewrites] == [*unknown]


def test_what_another_voice_reads_is_noted():
    encoding = made("fr").encode("Un weekend, oui.")
    assert [note for note in encoding.notes if "en" in note.split() and "weekend" in note]


def test_phonemes_beyond_the_table_are_listed(monkeypatch):
    monkeypatch.setattr(espeak, "read_pieces", lambda pieces, _: ["a☃"] * len(pieces))
    encoding = made().encode("un")
    assert (encoding.symbols, encoding.unknown) == (("a",), ("☃",))


def test_a_text_that_the_program_fails_on_is_lost_and_told(monkeypatch):
    frontend = made()
    monkeypatch.setattr(espeak, "read_pieces", lambda pieces, _: [None] * len(pieces))
    encoding = frontend.encode("un, o")
    assert (encoding.symbols, encoding.unknown) == ((",",), ("u", "n", "o"))
    assert len(encoding.notes) == 2


def test_phonemes_cannot_be_typed_nor_the_framing_forged():
    for text in (
        "[[h@'loU]]",
        "[[m n m m n m n m n f]]",
        "<speak>m n m</speak>",
        "m n m n m n m n m f",
    ):
        many = made("en-us").encode_all(["one", text, "two"])
        assert ["".join(one.symbols) for one in many[::2]] == ["wˈʌn", "tˈuː"]
        assert many[1].symbols


@settings(max_examples=15, deadline=None)
@given(st.lists(st.text(max_size=40), max_size=6))
def test_many_texts_are_read_as_each_alone(texts):
    frontend = made("en-us")
    texts = [one for text in texts for one in (text, "one, two.")]
    many = frontend.encode_all(texts)
    assert {one.stages for one in many[1::2]} <= {(("phonemes", "wˈʌn, tˈuː."),)}
    assert [one.text for one in many] == texts
    assert [one.stages for one in many[:2]] == [frontend.encode(text).stages for text in texts[:2]]


@pytest.mark.parametrize(
    ("language", "hint"), [("fr-frr", "fr-fr"), ("", "--voices"), ("-x", "af")]
)
def test_a_language_without_a_voice_is_refused(language, hint):
    with pytest.raises(SettingError, match=hint) as caught:
        made(language)
    assert caught.value.key == "language"
    with pytest.raises(SettingError, match=hint):
        load_frontend(replace(made().state, options=(("language", language),))).encode("un")


def test_another_version_of_the_program_is_told_not_refused(monkeypatch):
    frontend = made()
    state = frontend.state
    assert state.dictionary == f"espeak-ng {espeak_version()}"
    monkeypatch.setattr(espeak, "espeak_version", lambda: "9.9")
    again = load_frontend(state)
    assert again.state == state
    (note,) = again.notes
    assert again.encode("un") == frontend.encode("un")
    assert "9.9" in note and state.dictionary in note
    assert made().state.differences(state)


def test_without_the_program_it_says_what_to_install(monkeypatch):
    frontend = made()
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ToolMissing):
        frontend.encode("un")
    espeak_version.cache_clear()
    with pytest.raises(ToolMissing):
        load_frontend(replace(frontend.state, dictionary="espeak-ng 1"))
