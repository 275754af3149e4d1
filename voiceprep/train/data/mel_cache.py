"""Whether cached mels are up to date: their settings, their recordings, and which are missing."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from ...audio.cache import MEL_SETTINGS, CacheConfig
from ...audio.mel import MelConfig
from ...batch.ledger import Ledger, stamp_in
from ...config import digest, read_section, with_omitted
from ...errors import CacheError, Missing, Unreadable, Unusable
from .mel_files import MEL_SUFFIXES

SHOWN = 3


class MelCache:
    """Checks the cached mels of a run against the settings they should have been made with."""

    def __init__(self, config: MelConfig):
        self.config = config
        self._settings = {
            f".{format}": digest({"mel": config, "cache": CacheConfig(format)})
            for format in ("npy", "pt")
        }
        self._missing: list[str] = []
        self._stale: list[str] = []
        self._unmarked: set[Path] = set()
        self._ledger = cache(Ledger)
        self._root = cache(self._checked_root)

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes on mels without recorded settings."""
        if not self._unmarked:
            return ()
        where = _listed(map(str, self._unmarked))
        return (f"no {MEL_SETTINGS} beside the mels in {where}: their settings are assumed to fit",)

    def find(self, folder: Path, name: str, wav: Path) -> Path | None:
        """The cached mel of a clip; None, and recorded for `check`, where it is missing.

        Raises the error recorded in the ledger when the mel was made last with these settings, even
        if an older mel exists, and Missing where there is neither mel nor wav.
        """
        outcome = self._ledger(folder).outcomes.get(name)
        source = stamp_in(outcome, "source")
        current = outcome and outcome.facts.get("settings") in self._settings.values()
        same = current and source and wav.is_file() and source.still(wav)
        if outcome and same and outcome.status != "done":
            raise (Unusable if outcome.status == "quarantined" else Unreadable)(outcome.why)
        found = (folder / f"{name}{suffix}" for suffix in MEL_SUFFIXES)
        mel = next((path for path in found if path.is_file()), None)
        if mel is not None:
            return mel
        if not wav.is_file():
            raise Missing(f"{wav}: no such file or directory")
        self._missing.append(name)
        return None

    def trusts(self, file: Path) -> bool:
        """Whether a file is a mel just as voiceprep made it; a stale one is recorded for `check`.

        Raises CacheError where the mels of its folder were made with other settings.
        """
        if file.suffix.lower() not in MEL_SUFFIXES:
            return False
        root = self._root(file.parent)
        if root is None:
            self._unmarked.add(file.parent)
            return False
        name = file.relative_to(root).with_suffix("").as_posix()
        outcome = self._ledger(root).outcomes.get(name)
        source, output = stamp_in(outcome, "source"), stamp_in(outcome, "output")
        if outcome is None or source is None or output is None:
            return False
        wav = root.parent / outcome.facts["source"]["path"]
        changed = wav.is_file() and not source.still(wav)
        if changed or outcome.facts.get("settings") != self._settings[file.suffix.lower()]:
            self._stale.append(name)
        return output.still(file)

    def check(self) -> None:
        """Raise CacheError where mels are missing or stale."""
        problems = []
        if self._missing:
            problems.append(f"mels missing: {len(self._missing)} ({_listed(self._missing)})")
        if self._stale:
            problems.append(
                f"mels of other settings or of recordings that have changed since: "
                f"{len(self._stale)} ({_listed(self._stale)})"
            )
        if problems:
            raise CacheError("; ".join(problems), tuple(self._missing), tuple(self._stale))

    def _checked_root(self, folder: Path) -> Path | None:
        """The folder with the settings of the mels in `folder`, itself or one around it."""
        for root in (folder, *folder.parents):
            if (root / MEL_SETTINGS).is_file():
                if changed := differences(root / MEL_SETTINGS, self.config):
                    raise CacheError(f"the mels in {root} were made with {changed}")
                return root
        return None


def differences(path: Path, config: MelConfig) -> str:
    """The settings in a `mel.toml` that differ from the config, in words; empty if none do."""
    return mel_differences(read_section(path, "mel"), config)


def mel_differences(made: Mapping[str, Any], config: MelConfig) -> str:
    """The settings that mels were made with and differ from the config; empty if none do."""
    made = with_omitted(MelConfig, made)
    changed = [
        f"{name} {made.get(name, 'unknown')}, not {value}"
        for name, value in asdict(config).items()
        if made.get(name) != value
    ]
    return "; ".join(changed)


def _listed(names: Iterable[str]) -> str:
    shown = sorted(names)
    return ", ".join(shown[:SHOWN]) + (", …" if len(shown) > SHOWN else "")
