import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceprep.text.frontends.espeak_pieces import Mark, Piece, split_pieces


def shown(text):
    """The parts of a text, with pieces in braces."""
    parts = split_pieces(text)
    return "".join(one.symbol if isinstance(one, Mark) else f"{{{one.text}}}" for one in parts)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Oui, non: bah!", "{Oui}, {non}: {bah}!"),
        ("¿Quién? ¡Yo!", "¿{Quién}? ¡{Yo}!"),
        ("« Bonjour », dit-il.", '" {Bonjour} ", {dit-il}.'),
        ("他来了。你呢？", "{他来了}.{你呢}?"),
        ("نعم، لماذا؟", "{نعم}, {لماذا}?"),
        ("हाँ।", "{हाँ}."),
        ("so... well… yes", "{so}… {well}… {yes}"),
        ("wait -- no – yes - so", "{wait} — {no} — {yes} — {so}"),
        ("(a) [b] {c}", "({a}) ({b}) ({c})"),
        ("!?", "!?"),
        ("", ""),
    ],
)
def test_marks_of_all_languages_become_the_common_ones(text, parts):
    assert shown(text) == parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("3.14 or 1,000.", "{3.14 or 1,000}."),
        ("at 10:30: go", "{at 10:30}: {go}"),
        ("the U.S.A. is", "{the U.S.A. is}"),
        ("well-known, l’été", "{well-known}, {l'été}"),
        ("am 3. und 4. Mai", "{am 3. und 4}. {Mai}"),
        ("etc. and. And", "{etc. and}. {And}"),
        ("**5%/$2**", "{* *5% / $2* *}"),
        ("Dr. Hale and J. R. Poe left. He", "{Dr Hale and J R Poe left}. {He}"),
    ],
)
def test_a_mark_within_a_word_a_number_or_a_short_form_is_a_part_of_it(text, parts):
    assert shown(text) == parts


def test_what_is_too_long_for_the_program_is_cut_between_words_or_else_within():
    words = [part for part in split_pieces("mot " * 200) if isinstance(part, Piece)]
    assert len(words) > 1
    assert not any(part.cut for part in words)
    assert " ".join(part.text for part in words).split() == ["mot"] * 200
    (*_, word) = letters = split_pieces("ภาษาไทย" * 30)
    assert word.cut
    assert "".join(one.text for one in letters if isinstance(one, Piece)) != ""


@given(st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" "), max_size=400))
def test_nothing_but_marks_and_dots_is_lost_and_no_line_is_too_long(text):
    text = " ".join(text.split())
    pieces = [part.text for part in split_pieces(text) if isinstance(part, Piece)]
    for piece in pieces:
        assert len(piece.encode()) < 999
        assert piece == " ".join(piece.split()) != ""
        assert not {*"[]"} & {*piece}
    kept = [one for piece in pieces for one in piece if one.isalnum()]
    assert kept == [one for one in text if one.isalnum()]
