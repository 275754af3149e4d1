"""The symbols of a checkpoint that new symbols start from, as `--symbol-from` names them."""

import re
import unicodedata
from collections.abc import Sequence

from ...errors import SettingError
from ...text.nearest_symbol import nearest_symbol

# As many are suggested in one line.
_SUGGESTED = 12
# A comma ends an entry where another entry follows: `,=;` is one entry, of the comma itself.
_ENTRY = re.compile(r",(?=[^=]+=)")
# These separate entries and names.
_SEPARATORS = frozenset(",+= ")


class SymbolSources(dict[str, tuple[str, ...]]):
    """The symbols that each new symbol is the mean of."""

    @classmethod
    def parse(cls, typed: str, ours: Sequence[str], theirs: Sequence[str]) -> "SymbolSources":
        """The sources that were typed, as `é=e,œ=o+e`; empty for "".

        `ours` are the symbols of the new voice, `theirs` those of the checkpoint. Raises
        SettingError for an entry of another form, or a symbol that is in neither's table.
        """
        sources = cls()
        if typed and not theirs:
            why = "the checkpoint does not state its symbols: leave --symbol-from out"
            raise SettingError(f"symbol_from = {typed}: {why}", "symbol_from")
        for entry in _ENTRY.split(unicodedata.normalize("NFC", typed)) if typed else ():
            # From the second character: the new symbol may be `=` itself.
            at = entry.find("=", 1)
            new, old = entry[:at], entry[at + 1 :]
            names = old.split("+") if old != "+" else [old]
            if at < 0 or not all(names):
                raise _error(entry, "write it as é=e or œ=o+e")
            new = _find(new, ours, entry, "the dataset's table")
            sources[new] = tuple(
                _find(name, theirs, entry, "the checkpoint's table") for name in names
            )
        return sources

    def described(self) -> list[str]:
        """Each entry, as it was typed."""
        return [f"{new}={'+'.join(old)}" for new, old in self.items()]


def suggest_sources(new: Sequence[str], known: Sequence[str]) -> str:
    """How to begin new symbols from near ones; "" where none is near."""
    pairs = [
        f"{symbol}={near}"
        for symbol in new
        if (near := nearest_symbol(symbol, known)) and not _SEPARATORS & {*symbol, *near}
    ]
    return f"--symbol-from {','.join(pairs[:_SUGGESTED])} starts them from others" if pairs else ""


def _find(typed: str, table: Sequence[str], entry: str, where: str) -> str:
    """The symbol of a name, with or without white space around it."""
    for name in (typed, typed.strip()):
        if name in table:
            return name
    near = nearest_symbol(typed.strip(), table)
    hint = f", {near!r} is near" if near else ""
    raise _error(entry, f"there is no symbol {typed.strip()!r} in {where}{hint}")


def _error(entry: str, why: str) -> SettingError:
    return SettingError(f"symbol_from: {entry!r}: {why}", "symbol_from")
