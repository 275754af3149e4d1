"""The front ends: one row each. A new one is a file in this folder and a row here."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module

from ...errors import SettingError, nearest
from ...extras import import_extra
from ..encode import TextConfig
from .base import FrontendState, TextFrontend


@dataclass(frozen=True)
class FrontendRow:
    """A front end: its class as `module:name`, what it reads, and the extra that it needs."""

    name: str
    place: str
    language: str
    extra: str = ""

    def load(self) -> type[TextFrontend]:
        """Its class; raises ToolMissing without the packages of its extra."""
        module, name = self.place.split(":")
        path = f"text.frontends.{module}"
        if self.extra:
            found = import_extra(path, f"the front end {self.name}", self.extra)
        else:
            found = import_module(f"voiceprep.{path}")
        kind: type[TextFrontend] = getattr(found, name)
        return kind


ROWS = (
    FrontendRow("nvidia", "nvidia:NvidiaFrontend", "English"),
    FrontendRow("characters", "characters:CharactersFrontend", "any language"),
    FrontendRow("dctts", "dctts:DcttsFrontend", "English"),
    FrontendRow("ettts", "ettts:EtttsFrontend", "English"),
    FrontendRow("phonemes-en", "phonemes_en:EnglishPhonemesFrontend", "English"),
    FrontendRow("espeak", "espeak:EspeakFrontend", "a hundred languages"),
    FrontendRow("ja", "ja:JapaneseFrontend", "Japanese", "ja"),
    FrontendRow("zh", "zh:ZhFrontend", "Mandarin", "zh"),
    FrontendRow("ko", "ko:KoreanFrontend", "Korean"),
)

FRONTENDS = {row.name: row for row in ROWS}


def find_row(name: str) -> FrontendRow:
    """The row of a name; raises SettingError that suggests the nearest one."""
    if name not in FRONTENDS:
        hint = nearest(name, list(FRONTENDS))
        raise SettingError(f"there is no front end {name!r}: {hint}", "frontend")
    return FRONTENDS[name]


def make_frontend(config: TextConfig, texts: Iterable[str] = ()) -> TextFrontend:
    """The front end of some settings; `texts` are those of the dataset. See `from_config`."""
    return find_row(config.frontend).load().from_config(config, texts)


@lru_cache(maxsize=16)
def load_frontend(state: FrontendState) -> TextFrontend:
    """The front end that a checkpoint holds; see `from_state`."""
    return find_row(state.name).load().from_state(state)
