"""`voiceprep filelist`: sounds joined to their texts, divided, and listed for training."""

from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ..audio.cache import MEL_SETTINGS, CacheConfig
from ..audio.sound import stated_seconds
from ..batch import Batch, WriteConfig
from ..check import FailConfig, judge
from ..clip import CLIPS, Clip, read_clips, write_clips
from ..config import read_section, write_settings
from ..disk import holding, sweep
from ..errors import ClipError, UserError
from ..origins import Origins
from ..records import Finding, Outcome
from ..summary import clip_count, duration
from ..text.checks import CHECKS
from ..text.encode import TextConfig, encode
from ..text.filelist import (
    NO_TEXTS,
    SIDES,
    SPLITS,
    Assignment,
    FilelistConfig,
    list_texts,
    plain_line,
    read_splits,
    write_lists,
    write_splits,
)
from ..text.joining import Joined, folder_speakers
from ..text.rows import Row
from ..text.split import ALL_TRAIN, Item, assign_sides, parse_split, split_sizes
from ..verdicts import VerdictConfig
from .clips import dataset_clips
from .deciding import obey_verdicts
from .texts import SHOWN, join_texts, tell_not_joined


@dataclass(frozen=True)
class Lists:
    """What came of every clip, on which side it is, and what its text lacks."""

    batch: Batch
    sides: dict[str, str]
    findings: tuple[Finding, ...]
    unknown: dict[str, tuple[str, ...]]
    fail: FailConfig

    @property
    def exit_code(self) -> int:
        """0 clean, 3 where a sound has no text, 1 for findings where that was asked for."""
        failing = self.fail.fail_on == "finding" and bool(self.findings)
        return self.batch.exit_code or int(failing)

    @property
    def shares(self) -> dict[str, tuple[int, float]]:
        """How many clips and seconds each side has."""
        counts, seconds = Counter(self.sides.values()), Counter()
        for outcome in self.batch.outcomes:
            if outcome.id in self.sides:
                seconds[self.sides[outcome.id]] += outcome.facts["seconds"]
        return {side: (counts[side], round(seconds[side], 6)) for side in SIDES}

    def lines(self, verbose: bool = False) -> list[str]:
        """The summary for a person, after a line for every clip where `verbose`."""
        lines = [*self.batch.lines(verbose), ""]
        for side, (count, seconds) in self.shares.items():
            lines.append(f"  {side:<12}{count:>6}  {duration(seconds)}")
        if self.unknown:
            clips = {name for names in self.unknown.values() for name in names}
            lines += ["", f"characters that would not be spoken, in {clip_count(len(clips))}"]
        for symbol, names in self.unknown.items():
            where = ", ".join(sorted(set(names))[:SHOWN]) + (
                ", …" if len(set(names)) > SHOWN else ""
            )
            lines.append(f"  {symbol!r} × {len(names)}: {where}")
        return lines

    def rows(self) -> Iterator[dict[str, Any]]:
        """Every outcome and finding, then the summary."""
        *outcomes, last = self.batch.rows()
        yield from outcomes
        yield from (asdict(finding) for finding in self.findings)
        shares = {
            side: {"clips": count, "seconds": seconds}
            for side, (count, seconds) in self.shares.items()
        }
        unknown = {
            symbol: {"count": len(names), "clips": sorted(set(names))}
            for symbol, names in self.unknown.items()
        }
        yield {"summary": last["summary"] | {"sides": shares, "unknown_symbols": unknown}}


def filelist(
    target: Path | None = None,
    dataset: Path = Path(),
    config: FilelistConfig = FilelistConfig(),  # noqa: B008 (frozen)
    text: TextConfig = TextConfig(),  # noqa: B008 (frozen)
    cache: CacheConfig = CacheConfig(),  # noqa: B008 (frozen)
    fail: FailConfig = FailConfig(),  # noqa: B008 (frozen)
    verdicts: VerdictConfig = VerdictConfig(),  # noqa: B008 (frozen)
    write: WriteConfig = WriteConfig(),  # noqa: B008 (frozen)
) -> Lists:
    """Join sounds to their texts and write the lists that training reads.

    The texts come from a list in the dataset (LJSpeech's metadata.csv, CSV, TSV, JSON lines, an
    NVIDIA list, Kaldi's text), from text files beside the sounds or the lists of known corpora,
    or from a tar or zip. TARGET is DATASET/filelists. A clip stays on its side once it has one;
    clips that come later go to train. What DATASET/verdicts.jsonl says is obeyed. A vocoder reads
    no texts: with --metadata no the lists are of sounds alone.

    \b
    Example: voiceprep filelist --split all-train
    """
    folder = target or dataset / "filelists"
    parse_split(config.split)
    origins = Origins(dataset)
    clips = dataset_clips(dataset)
    joined, notes = _texts(dataset, clips, config, origins)
    joined, rejected, told = obey_verdicts(dataset, clips, joined, verdicts, origins)
    notes += told
    texts, outcomes = _outcomes(dataset, clips, joined, rejected)
    if config.without_texts:
        texts = [replace(clip, text=None) for clip in texts]
    if write.dry_run:
        sides, told, _ = _divide(folder, texts, config, origins)
        notes += [*told, "dry run: nothing was written"]
    else:
        with holding(folder):
            sweep(folder)
            sides, told, kept = _divide(folder, texts, config, origins)
            changed, more = write_lists(folder, list_texts(texts, sides, cache.format), write.force)
            write_splits(folder / SPLITS, kept)
            write_settings(folder, {"filelist": config, "cache": cache})
        if not config.without_texts:
            _tell_clips(dataset, texts, {clip.id for clip in clips if clip.id not in rejected})
        notes += [*told, *more]
        outcomes = outcomes if changed else [_unchanged(outcome) for outcome in outcomes]
    notes += _other_format(dataset, cache)
    findings, unknown = _check_texts([clip for clip in texts if clip.text is not None], text)
    batch = Batch(folder, tuple(outcomes), notes=tuple(notes))
    return Lists(batch, sides, findings, unknown, fail)


def _texts(
    dataset: Path, clips: Sequence[Clip], config: FilelistConfig, origins: Origins
) -> tuple[Joined, list[str]]:
    """The clips with their texts, and what there is to tell; empty texts where none are wanted."""
    if config.without_texts:
        return Joined({clip.id: Row(clip.id, "") for clip in clips}, (), (), ()), []
    joined, told = join_texts(dataset, clips, config.metadata, origins)
    if joined.empty:
        raise UserError(
            f"{dataset}: no texts found: neither a list such as metadata.csv nor text files "
            f"beside the sounds; --metadata names a list, --metadata {NO_TEXTS} lists the sounds "
            "alone, which is enough for a vocoder"
        )
    return joined, [*told, *tell_not_joined(joined)]


def _outcomes(
    dataset: Path, clips: Sequence[Clip], joined: Joined, rejected: Mapping[str, str]
) -> tuple[list[Clip], list[Outcome]]:
    """The clips that have a text, and what came of every clip."""
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
            outcomes.append(Outcome(clip.id, "quarantined", "no text names it", facts))
        elif plain_line(clip.path) != clip.path:
            why = "its name has a | or a line break, which a list cannot hold: rename it"
            outcomes.append(Outcome(clip.id, "quarantined", why, facts))
        else:
            speaker = row.speaker or speakers.get(clip.id)
            texts.append(replace(clip, text=row.text, speaker=speaker, seconds=seconds))
            mended = plain_line(row.text) != row.text
            why = "a | or a line break in its text became a space" if mended else ""
            outcomes.append(Outcome(clip.id, "done", why, facts))
    return texts, outcomes


def _unchanged(outcome: Outcome) -> Outcome:
    return replace(outcome, status="skipped") if outcome.status == "done" else outcome


def _divide(
    folder: Path, clips: Sequence[Clip], config: FilelistConfig, origins: Origins
) -> tuple[dict[str, str], list[str], list[Assignment]]:
    """The side of every clip, what there is to tell, and the sides to keep for good."""
    kept = read_splits(folder / SPLITS)
    split = parse_split(config.split)
    if split.name == ALL_TRAIN:
        rest = sum(row.side != "train" for row in kept)
        told = [f"{rest} clips train that {SPLITS} holds out: they are no test any more"]
        return {clip.id: "train" for clip in clips}, told if rest else [], kept
    items = [
        Item(clip.id, origins.content(clip.path), clip.text or clip.id, clip.seconds)
        for clip in clips
    ]
    by_content = {row.content: row.side for row in kept}
    by_id = {row.id: row.side for row in kept}
    known = {item.id: by_content.get(item.content, by_id.get(item.id)) for item in items}
    known = {name: side for name, side in known.items() if side}
    sides = assign_sides(items, split, known)
    present = {item.id for item in items} | {item.content for item in items}
    gone = [row for row in kept if row.id not in present and row.content not in present]
    drawn = {row.content: row.split for row in kept} | {row.id: row.split for row in kept}
    rows = [
        Assignment(item.id, item.content, sides[item.id], _first_split(item, drawn, config.split))
        for item in items
    ]
    if not kept and "train" in sides.values() and len(set(sides.values())) == 1:
        told = [f"{clip_count(len(items))} are too few to divide, all train for now"]
        return sides, told, []
    return sides, _split_notes(config, kept, sides), [*gone, *rows]


def _first_split(item: Item, drawn: Mapping[str, str], now: str) -> str:
    """The split by which a clip was given its side."""
    return drawn.get(item.content) or drawn.get(item.id) or now


def _split_notes(
    config: FilelistConfig, kept: Sequence[Assignment], sides: Mapping[str, str]
) -> list[str]:
    split, count = parse_split(config.split), len(sides)
    before = {row.split for row in kept} - {config.split}
    if before:
        return [
            f"the sides were drawn as {', '.join(sorted(before))} and stay; "
            f"delete {SPLITS} to draw them anew as {config.split}"
        ]
    if kept:
        return []
    held = Counter(sides.values())
    sizes = "/".join(str(held[side]) for side in SIDES)
    if not split.shared and sum(split.parts) > count:
        return [f"{config.split} wants {sum(split.parts):.0f} clips, here are {count}: {sizes}"]
    if tuple(held[side] for side in SIDES) != split_sizes(split, count):
        return [f"clips of one text stay together, so that the sides have {sizes}"]
    return []


def _tell_clips(dataset: Path, joined: Sequence[Clip], judged: Container[str]) -> None:
    """Bring texts and speakers into the list of clips; those not judged keep what they have."""
    with holding(dataset, wait=True):
        before = {clip.id: clip for clip in read_clips(dataset / CLIPS)}
        texts = {clip.id: clip for clip in joined}
        bare = {
            name: replace(clip, text=None) if name in judged else clip
            for name, clip in before.items()
        }
        if (listed := bare | texts) != before:
            write_clips(dataset / CLIPS, listed.values())


def _other_format(dataset: Path, cache: CacheConfig) -> list[str]:
    """Tell where the mels that are there have another suffix than those that are listed."""
    path = dataset / "mels" / MEL_SETTINGS
    there = read_section(path, "cache").get("format") if path.exists() else None
    if there in (None, cache.format):
        return []
    return [f"the lists name .{cache.format} mels, mels/ holds .{there}: say --format {there}"]


def _check_texts(
    clips: Sequence[Clip], config: TextConfig
) -> tuple[tuple[Finding, ...], dict[str, tuple[str, ...]]]:
    """What the checks find in the texts, and the clips of every character without a symbol."""
    findings = []
    unknown: dict[str, list[str]] = {}
    for clip in clips:
        encoding = encode(plain_line(clip.text), config.cleaner)
        findings += [judge(check, clip.id, encoding) for check in CHECKS if check.reads == "text"]
        for symbol in encoding.unknown:
            unknown.setdefault(symbol, []).append(clip.id)
    ordered = sorted(unknown.items(), key=lambda entry: (-len(entry[1]), entry[0]))
    found = tuple(finding for finding in findings if finding and not finding.ok)
    return found, {symbol: tuple(names) for symbol, names in ordered}
