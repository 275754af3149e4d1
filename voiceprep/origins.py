"""Where clips come from: the recordings behind them, from ledger to ledger."""

from pathlib import Path
from typing import Any

from .clip import clip_id
from .disk import content_hash
from .ledger import LEDGER, Ledger


class Origins:
    """The files that those of a dataset were made from, as the ledgers beside them tell."""

    def __init__(self, dataset: Path):
        self.dataset = dataset
        self._ledgers: dict[Path, Ledger | None] = {}

    def places(self, path: str) -> list[Path]:
        """The file of that path in the dataset, what it was made from, and so on."""
        here = self.dataset / path
        return [here, *(place for place, _ in self._chain(here))]

    def content(self, path: str, known: str = "") -> str:
        """A hash that stays when the recording is made into a clip anew, with other settings.

        `known` is the hash of the file itself, where it was taken before.
        """
        hashes = [content for _, content in self._chain(self.dataset / path)]
        return hashes[-1] if hashes else known or content_hash(self.dataset / path)

    def _chain(self, path: Path) -> list[tuple[Path, str]]:
        chain: list[tuple[Path, str]] = []
        seen = {path}
        while told := self._told(path):
            folder, facts = told
            path = folder.parent / facts["path"]
            if path in seen:
                break
            seen.add(path)
            chain.append((path, facts["hash"]))
        return chain

    def _told(self, path: Path) -> tuple[Path, dict[str, Any]] | None:
        """The nearest ledger's folder and what it tells of the file's source."""
        for folder in path.parents:
            if folder not in self._ledgers:
                there = (folder / LEDGER).is_file()
                self._ledgers[folder] = Ledger(folder) if there else None
            if ledger := self._ledgers[folder]:
                outcome = ledger.outcomes.get(clip_id(path, folder))
                facts = outcome.facts.get("source", {}) if outcome else {}
                return (folder, facts) if facts.get("hash") else None
        return None
