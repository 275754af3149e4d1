"""Name the characters of a text that nobody sees."""

import unicodedata

# Printable by their category, and yet without a picture.
_BLANK = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
# Those that have no name of their own.
_KINDS = {
    "Cc": "control character",
    "Cs": "lone surrogate",
    "Co": "private use character",
    "Cn": "unassigned character",
}


def is_invisible(character: str) -> bool:
    """Whether it has no picture: a format or control character, or one without a meaning."""
    return not character.isprintable() or character in _BLANK


def name_symbol(symbol: str) -> str:
    """A symbol as it is, or the code and name of a character that cannot be seen by itself."""
    if len(symbol) != 1:
        return show_word(symbol)
    kind = unicodedata.category(symbol)
    if not is_invisible(symbol) and not kind.startswith("M"):
        return symbol
    return f"{_code(symbol)} {unicodedata.name(symbol, _KINDS.get(kind, kind)).lower()}"


def show_symbol(symbol: str) -> str:
    """A symbol in quotes, or the code and name of a character that cannot be seen by itself."""
    name = name_symbol(symbol)
    return repr(symbol) if name == symbol else name


def show_word(word: str) -> str:
    """A word with the code in place of each character that cannot be seen."""
    return "".join(f"<{_code(one)}>" if is_invisible(one) else one for one in word)


def _code(character: str) -> str:
    return f"U+{ord(character):04X}"
