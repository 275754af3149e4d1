"""The checks of a text, of a clip's text with its length, and of the texts of a set, written out.

A check of a text is given an Encoding, one of a clip a SpokenText, one of a set SpokenTexts by id.
"""

from . import (
    duplicate_text,
    duration_outlier,
    empty_text,
    expanded_words,
    lossy_rewrites,
    near_duplicate_text,
    phoneme_rate,
    rare_symbols,
    speaking_rate,
    text_length,
    unknown_symbols,
)

CHECKS = (
    empty_text.CHECK,
    text_length.CHECK,
    unknown_symbols.CHECK,
    lossy_rewrites.CHECK,
    expanded_words.CHECK,
    speaking_rate.CHECK,
    phoneme_rate.CHECK,
    duration_outlier.CHECK,
    rare_symbols.CHECK,
    duplicate_text.CHECK,
    near_duplicate_text.CHECK,
)
