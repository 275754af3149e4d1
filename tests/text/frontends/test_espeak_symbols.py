import unicodedata

from voiceprep.text.frontends.espeak_symbols import SYMBOLS, spell_phonemes


def test_every_symbol_is_one_code_point_and_spells_itself():
    assert len({*SYMBOLS}) == len(SYMBOLS)
    for symbol in SYMBOLS[1:]:
        assert len(symbol) == 1
        if symbol not in '.:?"':
            assert spell_phonemes(symbol) == symbol


def test_accents_are_symbols_of_their_own():
    assert spell_phonemes("õ") == "o\u0303"
    assert spell_phonemes("ç") == spell_phonemes(unicodedata.normalize("NFD", "ç")) == "ç"


def test_the_program_s_own_notation_becomes_ipa():
    # Māori, Mandarin, Danish, French and Kyrgyz, as espeak-ng prints them.
    assert spell_phonemes('tˈe kˈu"ra') == "tˈe kˈu\u0308ra"
    assert spell_phonemes("ts.hˈu5") == "ts\u0322hˈu5"
    assert spell_phonemes("tɾˈ?aðʋə") == "tɾˈʔaðʋə"
    assert spell_phonemes("le-z amˈi") == "lez amˈi"
    assert spell_phonemes("t[urmˈuS") == "t\u032aurmˈuʃ"
