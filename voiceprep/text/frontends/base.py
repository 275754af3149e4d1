"""What every front end is, and what of it travels in a checkpoint."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from ...errors import SettingError
from ..encode import Encoding, TextConfig

Option = str | bool | int
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class FrontendState:
    """A front end as a checkpoint holds it, so that it reads a text in the same way for ever.

    version: of the front end's rules; options: its settings; symbols: its table, in the order of
    the ids; pronunciations: the user's own, word by word; dictionary: the content hash of one that
    comes with voiceprep or a package.
    """

    name: str
    version: int
    options: tuple[tuple[str, Option], ...] = ()
    symbols: tuple[str, ...] = ()
    pronunciations: Pairs = ()
    dictionary: str = ""

    def to_plain(self) -> dict[str, Any]:
        """The state as a mapping of lists, numbers and texts."""
        return {
            "name": self.name,
            "version": self.version,
            "options": dict(self.options),
            "symbols": list(self.symbols),
            "pronunciations": dict(self.pronunciations),
            "dictionary": self.dictionary,
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "FrontendState":
        """The state from such a mapping; raises SettingError for another one."""
        try:
            options, pronunciations = plain["options"].items(), plain["pronunciations"].items()
            symbols = tuple(plain["symbols"])
            state = cls(
                str(plain["name"]),
                int(plain["version"]),
                tuple(sorted(options)),
                symbols,
                tuple(sorted((str(word), str(sounds)) for word, sounds in pronunciations)),
                str(plain["dictionary"]),
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise SettingError(f"frontend is not one of voiceprep's: {error!r}") from None
        texts = all(isinstance(one, str) for one in symbols)
        if not texts or not all(isinstance(value, str | bool | int) for _, value in state.options):
            raise SettingError("frontend: its symbols must be texts, its options single values")
        return state

    def differences(self, other: "FrontendState") -> list[str]:
        """How this one differs from another, older one, a phrase each."""
        if self.name != other.name:
            return [f"text.frontend = {self.name}, it was {other.name}"]
        mine, theirs = dict(self.options), dict(other.options)
        found = [
            f"text.{name} = {mine.get(name)}, it was {theirs.get(name)}"
            for name in {**theirs, **mine}
            if mine.get(name) != theirs.get(name)
        ]
        if self.version != other.version:
            found.append(
                f"the rules of {self.name} are version {self.version}, not {other.version}"
            )
        if self.symbols != other.symbols:
            changed = sorted({*self.symbols} ^ {*other.symbols})
            found.append(f"the symbols differ: {' '.join(changed[:12]) or 'in their order'}")
        if self.pronunciations != other.pronunciations:
            words = sorted({word for word, _ in {*self.pronunciations} ^ {*other.pronunciations}})
            found.append(f"pronunciations differ: {', '.join(words[:12])}")
        if self.dictionary != other.dictionary:
            found.append(f"the dictionary is {self.dictionary}, it was {other.dictionary}")
        return found


class TextFrontend(ABC):
    """A language's way from text to symbols; immutable.

    `version` is raised whenever a text may come to other symbols than before. The first of
    `symbols` is the pad, which no text has. `notes` say what is not as the checkpoint has it, where
    it is close enough to speak.
    """

    name: ClassVar[str]
    version: ClassVar[int]
    symbols: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @classmethod
    @abstractmethod
    def from_config(cls, config: TextConfig, texts: Iterable[str]) -> Self:
        """The front end of some settings; `texts` are the dataset's, read where a table needs them.

        Raises SettingError for settings that it cannot follow, ToolMissing without its packages.
        """

    @classmethod
    @abstractmethod
    def from_state(cls, state: FrontendState) -> Self:
        """The front end that a checkpoint holds; raises SettingError where it has changed."""

    @property
    @abstractmethod
    def state(self) -> FrontendState:
        """All that it depends on."""

    @abstractmethod
    def encode(self, text: str) -> Encoding:
        """The text's symbols and ids, and what of it is lost."""

    def encode_all(self, texts: Sequence[str]) -> list[Encoding]:
        """The same for many texts, in their order."""
        return [self.encode(text) for text in texts]


def check_version(kind: type[TextFrontend], state: FrontendState) -> None:
    """Raise SettingError for a state whose rules are not those of this front end."""
    if state.version != kind.version:
        raise SettingError(
            f"the front end {state.name} of the checkpoint has rules of version {state.version}, "
            f"this voiceprep those of version {kind.version}: it would read texts differently"
        )


class FixedFrontend(TextFrontend):
    """A front end with one table and no settings."""

    @classmethod
    def from_config(cls, config: TextConfig, texts: Iterable[str]) -> Self:  # noqa: ARG003
        """See TextFrontend."""
        return cls()

    @classmethod
    def from_state(cls, state: FrontendState) -> Self:
        """See TextFrontend."""
        check_version(cls, state)
        return cls()

    @property
    def state(self) -> FrontendState:
        """See TextFrontend."""
        return FrontendState(self.name, self.version, (), self.symbols)
