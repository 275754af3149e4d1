"""What is checked of a text, written out."""

from . import unknown_symbols

CHECKS = (unknown_symbols.CHECK,)
