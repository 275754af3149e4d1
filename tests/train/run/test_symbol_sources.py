import pytest

from voiceprep.errors import SettingError
from voiceprep.train.run.symbol_sources import SymbolSources, suggest_sources

OURS, THEIRS = ("_", " ", "é", "œ", ",", "=", "+", "ɐ"), ("_", "a", "e", "o", ";", "-", "+", ",")


@pytest.mark.parametrize(
    ("typed", "sources"),
    [
        ("", {}),
        ("é=e", {"é": ("e",)}),
        ("e\u0301=e, œ=o+e", {"é": ("e",), "œ": ("o", "e")}),
        (",=;,é=e", {",": (";",), "é": ("e",)}),
        ("é=,", {"é": (",",)}),
        ("==-,+=+", {"=": ("-",), "+": ("+",)}),
        (" =-", {" ": ("-",)}),
    ],
)
def test_each_symbol_has_the_ones_that_it_starts_from(typed, sources):
    assert SymbolSources.parse(typed, OURS, THEIRS) == sources


@pytest.mark.parametrize("typed", ["é", "é=", "é=e+", "=e", "é=x", "x=e", "é=e,", "é=e,œ", "ɐ=é"])
def test_an_entry_of_another_form_or_an_unknown_symbol_is_refused(typed):
    with pytest.raises(SettingError, match="symbol_from"):
        SymbolSources.parse(typed, OURS, THEIRS)


def test_an_unknown_symbol_is_told_with_the_nearest():
    with pytest.raises(SettingError, match="'o' is near"):
        SymbolSources.parse("é=ö", OURS, THEIRS)


def test_without_the_symbols_of_the_checkpoint_there_are_no_sources():
    with pytest.raises(SettingError):
        SymbolSources.parse("é=e", OURS, ())
    assert not SymbolSources.parse("", OURS, ())


def test_new_symbols_are_shown_with_near_ones_that_can_be_typed():
    assert "é=e,ɐ=a " in suggest_sources(["é", "字", "ɐ"], THEIRS)
    assert suggest_sources(["字", ","], THEIRS) == ""
    typed = suggest_sources(["é", "ɐ"], THEIRS).split()[1]
    assert SymbolSources.parse(typed, OURS, THEIRS) == {"é": ("e",), "ɐ": ("a",)}
