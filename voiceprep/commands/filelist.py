"""`voiceprep filelist`: joins sounds to their texts, splits them, and lists them for training."""

from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from ..audio.cache import MEL_SETTINGS, CacheConfig
from ..audio.sound import stated_seconds
from ..batch.run import BatchResult, WriteConfig
from ..batch.summary import clip_count, duration
from ..clip import CLIPS, Clip, read_clips, write_clips
from ..config import read_section, write_settings
from ..dataset.clips import dataset_clips
from ..dataset.overrides import apply_verdicts
from ..dataset.provenance import Provenance
from ..dataset.texts import SHOWN, join_texts, unmatched_notes
from ..errors import ClipError, UserError
from ..files import holding, sweep
from ..quality.check import FailConfig, judge
from ..quality.verdicts import VerdictConfig
from ..records import Finding, Outcome, Shown
from ..text.characters import name_symbol
from ..text.checks import CHECKS
from ..text.encode import TextConfig
from ..text.filelist import (
    NO_TEXTS,
    SPLIT_NAMES,
    SPLITS_FILE,
    Assignment,
    FilelistConfig,
    list_texts,
    plain_line,
    read_splits,
    write_lists,
    write_splits,
)
from ..text.frontends import make_frontend
from ..text.joining import Joined, folder_speakers
from ..text.list_reader import ListFormat
from ..text.rewrites import Rewrite
from ..text.split import ALL_TRAIN, SplitItem, assign_splits, parse_split, split_sizes
from ..text.text_table import TextRow

LISTED = 30
"""The kinds of rewrites that a summary lists."""


@dataclass(frozen=True, repr=False)
class Lists(Shown):
    """The outcome of every clip, its split, and the findings in its text."""

    batch: BatchResult
    splits: dict[str, str]
    findings: tuple[Finding, ...]
    unknown: dict[str, tuple[str, ...]]
    fail: FailConfig
    rewrites: dict[str, tuple[tuple[str, Rewrite], ...]] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """0 clean, 3 where a sound has no text, 1 for findings where that was asked for."""
        failing = self.fail.fail_on == "finding" and bool(self.findings)
        return self.batch.exit_code or int(failing)

    @property
    def shares(self) -> dict[str, tuple[int, float]]:
        """The number of clips and seconds in each split."""
        counts = Counter(self.splits.values())
        seconds: dict[str, float] = dict.fromkeys(SPLIT_NAMES, 0)
        for outcome in self.batch.outcomes:
            if outcome.id in self.splits:
                seconds[self.splits[outcome.id]] += outcome.facts["seconds"]
        return {split: (counts[split], round(seconds[split], 6)) for split in SPLIT_NAMES}

    def lines(self, verbose: bool = False) -> list[str]:
        """The summary, after a line for every clip where `verbose`."""
        lines = [*self.batch.lines(verbose), ""]
        for split, (count, seconds) in self.shares.items():
            lines.append(f"  {SPLIT_NAMES[split]:<12}{count:>6}  {duration(seconds)}")
        if self.rewrites:
            clips = {id for found in self.rewrites.values() for id, _ in found}
            lines += ["", f"not read as written, in {clip_count(len(clips))}"]
        for label, found in list(self.rewrites.items())[:LISTED]:
            lines.append(f"  {label} × {len(found)}: {_examples(found)}")
        if len(self.rewrites) > LISTED:
            lines.append(f"  … and {len(self.rewrites) - LISTED} more kinds, see --json")
        return lines

    def rows(self) -> Iterator[dict[str, Any]]:
        """Every outcome and finding, then the summary."""
        *outcomes, last = self.batch.rows()
        yield from outcomes
        yield from (asdict(finding) for finding in self.findings)
        shares = {
            split: {"clips": count, "seconds": seconds}
            for split, (count, seconds) in self.shares.items()
        }
        unknown = {
            name_symbol(symbol): {"count": len(names), "clips": sorted(set(names))}
            for symbol, names in self.unknown.items()
        }
        texts = {"sides": shares, "unknown_symbols": unknown, "rewrites": self._rewrite_rows()}
        yield {"summary": last["summary"] | texts}

    def _rewrite_rows(self) -> list[dict[str, Any]]:
        """Every kind of rewrite with its clips and its first example."""
        return [
            {
                **found[0][1].row(),
                "count": len(found),
                "clips": sorted({id for id, _ in found}),
            }
            for found in self.rewrites.values()
        ]


def filelist(
    target: Path | None = None,
    dataset: Path = Path(),
    config: FilelistConfig = FilelistConfig(),
    text: TextConfig = TextConfig(),
    cache: CacheConfig = CacheConfig(),
    fail: FailConfig = FailConfig(),
    verdicts: VerdictConfig = VerdictConfig(),
    write: WriteConfig = WriteConfig(),
) -> Lists:
    """Join sounds to their texts and write the lists that training reads.

    The texts come from a list in the dataset (LJSpeech's metadata.csv, CSV, TSV, JSON lines, an
    NVIDIA list, Kaldi's text), from text files beside the sounds or the lists of known corpora,
    or from a tar or zip. TARGET is DATASET/filelists. A clip keeps its split; clips added later go
    to train. Verdicts in DATASET/verdicts.jsonl are applied. A vocoder reads no texts: with
    --metadata no the lists hold sounds only.

    \b
    Example: voiceprep filelist --split all-train
    """
    folder = target or dataset / "filelists"
    parse_split(config.split)
    origins = Provenance(dataset)
    clips = dataset_clips(dataset)
    form = replace(config.format, pinyin=text.reads_pinyin)
    joined, notes = _texts(dataset, clips, config, origins, form)
    joined, rejected, more = apply_verdicts(dataset, clips, joined, verdicts, origins)
    notes += more
    texts, outcomes = _outcomes(dataset, clips, joined, rejected)
    if config.without_texts:
        texts = [replace(clip, text=None) for clip in texts]
    if write.dry_run:
        splits, more, _ = _assign(folder, texts, config, origins)
        notes += [*more, "dry run: nothing was written"]
    else:
        with holding(folder):
            sweep(folder)
            splits, more, kept = _assign(folder, texts, config, origins)
            lists = list_texts(texts, splits, cache.format)
            changed, warnings = write_lists(folder, lists, write.force)
            write_splits(folder / SPLITS_FILE, kept)
            write_settings(folder, {"filelist": config, "cache": cache})
        if not config.without_texts:
            _update_clips(dataset, texts, {clip.id for clip in clips if clip.id not in rejected})
        notes += [*more, *warnings]
        outcomes = outcomes if changed else [_unchanged(outcome) for outcome in outcomes]
    notes += _format_note(dataset, cache)
    findings, rewrites = _check_texts(texts, text)
    batch = BatchResult(folder, tuple(outcomes), notes=tuple(notes))
    return Lists(batch, splits, findings, _unknown(rewrites), fail, rewrites)


def _texts(
    dataset: Path,
    clips: Sequence[Clip],
    config: FilelistConfig,
    origins: Provenance,
    form: ListFormat,
) -> tuple[Joined, list[str]]:
    """The clips with their texts, and notes; the texts are empty for lists of sounds only."""
    if config.without_texts:
        return Joined({clip.id: TextRow(clip.id, "") for clip in clips}, (), (), ()), []
    joined, notes = join_texts(dataset, clips, config.metadata, origins, form)
    if joined.empty:
        raise UserError(
            f"{dataset}: no texts found: neither a list such as metadata.csv nor text files "
            f"beside the sounds; --metadata names a list, --metadata {NO_TEXTS} lists sounds "
            "only, which is enough for a vocoder"
        )
    return joined, [*notes, *unmatched_notes(joined)]


def _outcomes(
    dataset: Path, clips: Sequence[Clip], joined: Joined, rejected: Mapping[str, str]
) -> tuple[list[Clip], list[Outcome]]:
    """The clips that have a text, and the outcome of every clip."""
    texts, outcomes = [], []
    speakers = folder_speakers([clip.id for clip in clips])
    for clip in clips:
        try:
            seconds = clip.seconds or round(stated_seconds(dataset / clip.path), 6)
        except ClipError as error:
            outcomes.append(Outcome(clip.id, "failed", error.why, {"path": clip.path}))
            continue
        facts = {"path": clip.path, "seconds": seconds}
        row = joined.rows.get(clip.id)
        if clip.id in rejected:
            outcomes.append(Outcome(clip.id, "quarantined", rejected[clip.id], facts))
        elif row is None:
            outcomes.append(Outcome(clip.id, "quarantined", "has no text", facts))
        elif plain_line(clip.path) != clip.path:
            why = "its name has a | or a line break, which a filelist cannot hold: rename it"
            outcomes.append(Outcome(clip.id, "quarantined", why, facts))
        else:
            speaker = row.speaker or speakers.get(clip.id)
            texts.append(replace(clip, text=row.text, speaker=speaker, seconds=seconds))
            replaced = plain_line(row.text) != row.text
            why = "a | or a line break in its text was replaced by a space" if replaced else ""
            outcomes.append(Outcome(clip.id, "done", why, facts))
    return texts, outcomes


def _unchanged(outcome: Outcome) -> Outcome:
    return replace(outcome, status="skipped") if outcome.status == "done" else outcome


def _assign(
    folder: Path, clips: Sequence[Clip], config: FilelistConfig, origins: Provenance
) -> tuple[dict[str, str], list[str], list[Assignment]]:
    """The split of every clip, notes, and the assignments to keep in splits.jsonl."""
    kept = read_splits(folder / SPLITS_FILE)
    split = parse_split(config.split)
    if split.name == ALL_TRAIN:
        held_out = sum(row.side != "train" for row in kept)
        note = (
            f"{held_out} held-out clips of {SPLITS_FILE} are in train now: they no longer test it"
        )
        return {clip.id: "train" for clip in clips}, [note] if held_out else [], kept
    items = [
        SplitItem(clip.id, origins.content(clip.path), clip.text or clip.id, clip.seconds or 0.0)
        for clip in clips
    ]
    splits = assign_splits(items, split, _known_splits(items, kept))
    present = {item.id for item in items} | {item.content for item in items}
    gone = [row for row in kept if row.id not in present and row.content not in present]
    drawn = {row.content: row.split for row in kept} | {row.id: row.split for row in kept}
    rows = [
        Assignment(item.id, item.content, splits[item.id], _drawn_as(item, drawn, config.split))
        for item in items
    ]
    if not kept and "train" in splits.values() and len(set(splits.values())) == 1:
        note = f"{clip_count(len(items))} are too few to split: all are in train for now"
        return splits, [note], []
    return splits, _split_notes(config, kept, splits), [*gone, *rows]


def _known_splits(items: Sequence[SplitItem], kept: Sequence[Assignment]) -> dict[str, str]:
    """The splits of clips that have one, by id; the content hash counts before the id."""
    by_content = {row.content: row.side for row in kept}
    by_id = {row.id: row.side for row in kept}
    known = {item.id: by_content.get(item.content, by_id.get(item.id)) for item in items}
    return {id: split for id, split in known.items() if split}


def _drawn_as(item: SplitItem, drawn: Mapping[str, str], now: str) -> str:
    """The value of --split by which a clip was assigned."""
    return drawn.get(item.content) or drawn.get(item.id) or now


def _split_notes(
    config: FilelistConfig, kept: Sequence[Assignment], splits: Mapping[str, str]
) -> list[str]:
    split, count = parse_split(config.split), len(splits)
    before = {row.split for row in kept} - {config.split}
    if before:
        return [
            f"the splits were drawn as {', '.join(sorted(before))} and are kept; "
            f"delete {SPLITS_FILE} to draw them as {config.split}"
        ]
    if kept:
        return []
    counts = Counter(splits.values())
    sizes = "/".join(str(counts[name]) for name in SPLIT_NAMES)
    if not split.shared and sum(split.parts) > count:
        need = f"{sum(split.parts):.0f}"
        return [f"{config.split} needs {need} clips, the dataset has {count}: {sizes}"]
    if tuple(counts[name] for name in SPLIT_NAMES) != split_sizes(split, count):
        return [f"clips with the same text stay in one split: the splits have {sizes} clips"]
    return []


def _update_clips(dataset: Path, joined: Sequence[Clip], updated: Container[str]) -> None:
    """Write texts and speakers to the list of clips; clips not in `updated` stay unchanged."""
    with holding(dataset, wait=True):
        before = {clip.id: clip for clip in read_clips(dataset / CLIPS)}
        texts = {clip.id: clip for clip in joined}
        cleared = {
            id: replace(clip, text=None) if id in updated else clip for id, clip in before.items()
        }
        if (listed := cleared | texts) != before:
            write_clips(dataset / CLIPS, listed.values())


def _format_note(dataset: Path, cache: CacheConfig) -> list[str]:
    """A note where the cached mels have another suffix than the lists."""
    path = dataset / "mels" / MEL_SETTINGS
    cached = read_section(path, "cache").get("format") if path.exists() else None
    if cached in (None, cache.format):
        return []
    return [
        f"the lists name .{cache.format} mels, but mels/ holds .{cached}: use --format {cached}"
    ]


def _check_texts(
    clips: Sequence[Clip], config: TextConfig
) -> tuple[tuple[Finding, ...], dict[str, tuple[tuple[str, Rewrite], ...]]]:
    """The findings in the texts, and the clips of every kind of rewrite, the commonest first."""
    findings = []
    rewrites: dict[str, list[tuple[str, Rewrite]]] = {}
    lines = {clip.id: plain_line(clip.text) for clip in clips if clip.text is not None}
    frontend = make_frontend(config, lines.values())
    for id, encoding in zip(lines, frontend.encode_all([*lines.values()]), strict=True):
        findings += [judge(check, id, encoding) for check in CHECKS if check.reads == "text"]
        for rewrite in encoding.rewrites:
            rewrites.setdefault(rewrite.label, []).append((id, rewrite))
    ordered = sorted(rewrites.items(), key=lambda entry: (-len(entry[1]), entry[0]))
    found = tuple(
        finding for finding in findings if isinstance(finding, Finding) and not finding.ok
    )
    return found, {label: tuple(rows) for label, rows in ordered}


def _unknown(
    rewrites: Mapping[str, Sequence[tuple[str, Rewrite]]],
) -> dict[str, tuple[str, ...]]:
    """The clips of every character without a symbol, the most frequent first."""
    unknown: dict[str, list[str]] = {}
    for found in rewrites.values():
        for id, rewrite in found:
            if rewrite.dropped:
                unknown.setdefault(rewrite.what, []).append(id)
    ordered = sorted(unknown.items(), key=lambda entry: (-len(entry[1]), entry[0]))
    return {symbol: tuple(names) for symbol, names in ordered}


def _examples(found: Sequence[tuple[str, Rewrite]]) -> str:
    """The first clips of a kind of rewrite, each with an example."""
    by_clip = dict(reversed(found))
    shown = [
        f"{id} ({rewrite.example})" if rewrite.example else id
        for id, rewrite in sorted(by_clip.items(), key=lambda entry: entry[0])[:SHOWN]
    ]
    return ", ".join(shown) + (", …" if len(by_clip) > SHOWN else "")
