"""The recordings that clips were made from, traced through the ledgers."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..batch.ledger import LEDGER, Ledger
from ..clip import clip_id
from ..files import content_hash


class Provenance:
    """The source files of a dataset's files, as the ledgers in their folders list them."""

    def __init__(self, dataset: Path) -> None:
        self.dataset = dataset
        self._ledgers: dict[Path, Ledger | None] = {}

    def places(self, path: str) -> list[Path]:
        """The file at this path in the dataset, its source, the source of that, and so on."""
        file = self.dataset / path
        return [file, *(source for source, _ in self._sources(file))]

    def content(self, path: str, known: str = "") -> str:
        """The content hash of the first source: it does not depend on the settings of any step.

        `known` is the hash of the file itself, where it is known already.
        """
        hashes = [content for _, content in self._sources(self.dataset / path)]
        return hashes[-1] if hashes else known or content_hash(self.dataset / path)

    def ledgers(self, paths: Iterable[str]) -> list[Ledger]:
        """The ledgers of files in the dataset, of their sources, and so on."""
        for path in paths:
            self._sources(self.dataset / path)
        return [ledger for ledger in self._ledgers.values() if ledger]

    def _sources(self, path: Path) -> list[tuple[Path, str]]:
        """The source of a file, the source of that, and so on, each with its content hash."""
        sources: list[tuple[Path, str]] = []
        seen = {path}
        while entry := self._source_entry(path):
            folder, source = entry
            path = folder.parent / source["path"]
            if path in seen:
                break
            seen.add(path)
            sources.append((path, source["hash"]))
        return sources

    def _source_entry(self, path: Path) -> tuple[Path, dict[str, Any]] | None:
        """The folder of the nearest ledger, and its entry for the file's source."""
        for folder in path.parents:
            if folder not in self._ledgers:
                exists = (folder / LEDGER).is_file()
                self._ledgers[folder] = Ledger(folder) if exists else None
            if ledger := self._ledgers[folder]:
                outcome = ledger.outcomes.get(clip_id(path, folder))
                source = outcome.facts.get("source", {}) if outcome else {}
                return (folder, source) if source.get("hash") else None
        return None
