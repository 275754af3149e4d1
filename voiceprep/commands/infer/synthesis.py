"""Synthesises sentences into files, each with an outcome in the folder's ledger."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ...audio.cache import MEL_SETTINGS
from ...audio.loudness import measure_loudness
from ...batch.jobs import ledger_path
from ...batch.ledger import Ledger, stamp_in
from ...batch.run import NO_ROOM, Progress, WriteConfig
from ...batch.summary import duration, on_one_line
from ...config import digest, write_settings
from ...errors import CheckpointError, Interrupted, TargetError
from ...files import Stamp, content_hash, holding, set_aside, sweep
from ...records import Outcome, Shown
from ...text.characters import name_symbol
from ...text.phrases import Phrase, Phrases
from ...train.kernels.graphs import take_notes
from ...train.settings import InferConfig, SpeechConfig, VocoderConfig
from ...train.speech.synthesizer import Synthesizer, Utterance
from .output import write_utterance

SHOWN = 20
INTERRUPTED = "not processed: interrupted"
ADVICE = (
    "did not stop: listen to them; a lower --gate-threshold, shorter parts "
    "(--longest-text), another --seed or longer training may help"
)


@dataclass(frozen=True)
class InferCall:
    """One call of infer: its models, target and settings."""

    acoustic: Path
    vocoder_path: Path | None
    target: Path
    infer: InferConfig
    speech: SpeechConfig
    vocoder: VocoderConfig
    write: WriteConfig = WriteConfig()

    @property
    def sections(self) -> dict[str, Any]:
        """The settings that the sound depends on."""
        return {"infer": self.infer, "speech": self.speech, "vocoder": self.vocoder}

    def digests(self, phrases: Phrases) -> dict[str, str]:
        """A digest of everything that a phrase's sound depends on, by id."""
        files = "".join(_hash(path) for path in (self.acoustic, self.vocoder_path) if path)
        common = digest(self.sections)
        return {
            phrase.id: digest({"said": phrase, "by": _ModelKey(files, common)})
            for phrase in phrases.phrases
        }

    def synthesizer(self) -> Synthesizer:
        """The models, loaded; raises what Synthesizer.load raises."""
        models = (self.acoustic, self.vocoder_path)
        return Synthesizer.load(*models, self.infer, self.speech, self.vocoder)

    def notes(self, spoken: Utterance) -> list[str]:
        """Notes on an utterance, a clause each."""
        notes = [spoken.trouble] if spoken.trouble else []
        endings = {
            "limit": f"did not stop, cut off at {self.infer.max_frames} frames",
            "nan": "stopped: the model's values were no longer finite",
            "saturated": "stopped by its attention, which rested on the end, not by its gate",
        }
        for stop, ending in endings.items():
            places = [str(number) for number, why in enumerate(spoken.stops, 1) if why == stop]
            if places:
                where = f"part {', '.join(places)} " if len(spoken.stops) > 1 else ""
                notes.append(where + ending)
        if spoken.unknown:
            unknown = " ".join(dict.fromkeys(map(name_symbol, spoken.unknown)))
            notes.append(f"no symbol for {on_one_line(unknown)}")
        notes += map(on_one_line, spoken.notes)
        if spoken.turned_down_db:
            notes.append(f"turned down by {spoken.turned_down_db:.1f} dB to prevent clipping")
        return notes


@dataclass(frozen=True)
class _ModelKey:
    """The models' content hashes and the digest of the settings; a part of digests."""

    files: str
    settings: str


@dataclass(frozen=True, repr=False)
class InferResult(Shown):
    """The outcome of every sentence, in the given order."""

    target: Path
    outcomes: tuple[Outcome, ...]
    notes: tuple[str, ...] = ()
    interrupted: bool = False

    @property
    def unstopped(self) -> list[Outcome]:
        """The sentences that neither the gate nor the attention stopped."""
        return [row for row in self.outcomes if {"limit", "nan"} & set(row.facts.get("stops", ()))]

    @property
    def exit_code(self) -> int:
        """130 if interrupted; 3 if a sentence was not spoken in full, or did not stop."""
        if self.interrupted:
            return Interrupted.exit_code
        good = ("done", "skipped")
        return 0 if all(row.status in good and row.facts["well"] for row in self.outcomes) else 3

    def lines(self, verbose: bool) -> list[str]:
        """See Result."""
        seconds = sum(row.facts.get("seconds", 0.0) for row in self.outcomes)
        count = len(self.outcomes)
        sentences = "1 sentence" if count == 1 else f"{count} sentences"
        lines = [f"{sentences}, {duration(seconds)} → {self.target}", ""]
        shown = [row for row in self.outcomes if verbose or count <= SHOWN or row.why]
        shown = shown if verbose else shown[:SHOWN]
        width = max((len(on_one_line(row.id)) for row in shown), default=0)
        lines += [_line(row, width) for row in shown]
        if count > len(shown):
            lines.append(f"  … and {count - len(shown)} more: -v shows all, as does outcomes.jsonl")
        if all(row.status == "skipped" for row in self.outcomes):
            lines += ["", "nothing to do: everything is up to date; -f speaks it again"]
        if self.unstopped:
            lines += ["", f"{len(self.unstopped)} of {count} {ADVICE}"]
        return lines + [line for note in self.notes for line in ("", f"note: {note}")]

    def rows(self) -> Iterator[dict[str, Any]]:
        """See Result."""
        yield from (asdict(row) for row in self.outcomes)
        counts: dict[str, int] = {}
        for row in self.outcomes:
            counts[row.status] = counts.get(row.status, 0) + 1
        seconds = round(sum(row.facts.get("seconds", 0.0) for row in self.outcomes), 6)
        counted = {"sentences": {"in": len(self.outcomes), **counts}, "seconds": seconds}
        yield {"summary": counted | {"unstopped": len(self.unstopped), "notes": list(self.notes)}}


def synthesize(phrases: Phrases, call: InferCall, progress: Progress) -> InferResult:
    """Speak the phrases that are not up to date in the target."""
    digests = call.digests(phrases)
    with holding(call.target):
        sweep(call.target)
        ledger = Ledger(call.target)
        known = {
            phrase.id: outcome
            for phrase in phrases.phrases
            if not call.write.force
            and (outcome := _known(ledger, phrase.id, digests[phrase.id], call.target))
        }
        todo = [phrase for phrase in phrases.phrases if phrase.id not in known]
        _check_foreign(todo, ledger, call)
        stopped, notes = "", phrases.notes
        try:
            if todo:
                synthesizer = call.synthesizer()
                notes += synthesizer.notes
                stopped = _synthesize(synthesizer, phrases, digests, call, ledger, known, progress)
        except KeyboardInterrupt:
            stopped = INTERRUPTED
        finally:
            ledger.close(set())
            sweep(call.target)
            notes += take_notes()
    outcomes = [
        known.get(phrase.id) or Outcome(phrase.id, "failed", stopped) for phrase in phrases.phrases
    ]
    return InferResult(call.target, tuple(outcomes), notes, stopped == INTERRUPTED)


def _synthesize(
    synthesizer: Synthesizer,
    phrases: Phrases,
    digests: Mapping[str, str],
    call: InferCall,
    ledger: Ledger,
    known: dict[str, Outcome],
    progress: Progress,
) -> str:
    """Speak the phrases that are not known yet, and add each to `known` when it is written.

    Their batches are those of all phrases, so that their bytes do not depend on what is known.
    Returns why it stopped early, or "".
    """
    write_settings(call.target, call.sections)
    write_settings(call.target, {"mel": synthesizer.frontend.mel}, MEL_SETTINGS)
    todo = {n: phrase for n, phrase in enumerate(phrases.phrases) if phrase.id not in known}
    utterances = synthesizer.say_all([phrase.text for phrase in phrases.phrases], todo)
    for phrase, spoken in progress(zip(todo.values(), utterances, strict=True), len(todo)):
        facts = {"text": phrase.text, "settings": digests[phrase.id]}
        try:
            known[phrase.id] = _write(phrase.id, spoken, facts, synthesizer, call, ledger)
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            known[phrase.id] = Outcome(phrase.id, "failed", why, facts)
            if error.errno in NO_ROOM:
                return f"not processed: {why} in {call.target}"
    return ""


def _write(
    name: str,
    spoken: Utterance,
    facts: dict[str, Any],
    synthesizer: Synthesizer,
    call: InferCall,
    ledger: Ledger,
) -> Outcome:
    """Write the files of a text, which are noted in the ledger before they exist."""
    notes, wav = call.notes(spoken), call.target / f"{name}.wav"
    facts |= {
        "stops": list(spoken.stops),
        "well": spoken.well,
        "unknown": list(map(name_symbol, spoken.unknown)),
    }
    before = ledger.outcomes.get(name)
    owned = stamp_in(before, "output")
    if not len(spoken.sound.samples):
        kept = {"output": asdict(owned)} if owned else {}
        outcome = Outcome(name, "failed", "; ".join(notes), facts | kept)
        ledger.note(outcome)
        return outcome
    if owned and wav.exists() and not (call.write.force or owned.still(wav)):
        notes.append(f"the changed {wav.name} is kept as {set_aside(wav).name}")
    level = measure_loudness(spoken.sound)
    facts |= {"seconds": round(spoken.sound.seconds, 6), "lufs": _rounded(level.lufs)}
    facts |= {"true_peak_dbtp": _rounded(level.true_peak_dbtp)}

    def note(stamp: Stamp, pictures: list[str]) -> Outcome:
        output = {"path": ledger_path(wav, call.target), **asdict(stamp)}
        made = {"output": output, "pictures": pictures}
        outcome = Outcome(name, "done", "; ".join(notes), facts | made)
        ledger.note(outcome)
        return outcome

    base_ns = call.acoustic.stat().st_mtime_ns
    outcome = write_utterance(spoken, wav, synthesizer, base_ns, note)
    for former in before.facts.get("pictures", []) if before else []:
        if former not in outcome.facts["pictures"]:
            (call.target / Path(former).name).unlink(missing_ok=True)
    return outcome


def _known(ledger: Ledger, name: str, settings: str, target: Path) -> Outcome | None:
    """The outcome of a phrase whose files are up to date, or None."""
    before = ledger.outcomes.get(name)
    stamp = stamp_in(before, "output")
    if not (before and stamp and before.status == "done") or before.facts["settings"] != settings:
        return None
    files = [target / file for file in (f"{name}.npz", *before.facts["pictures"])]
    if not stamp.still(target / f"{name}.wav") or not all(path.is_file() for path in files):
        return None
    return Outcome(name, "skipped", before.why, before.facts)


def _check_foreign(todo: Sequence[Phrase], ledger: Ledger, call: InferCall) -> None:
    """Raise TargetError for existing files that were not written for a text."""
    foreign = [
        path.name
        for phrase in todo
        for suffix in (".wav", ".npz", ".png")
        if not _was_spoken(ledger.outcomes.get(phrase.id))
        and (path := call.target / f"{phrase.id}{suffix}").exists()
    ]
    if foreign and not call.write.force:
        names = ", ".join(foreign[:3]) + (", …" if len(foreign) > 3 else "")
        count = len(foreign)
        why = f"holds files that voiceprep did not write for a text, {count} in all ({names}): "
        raise TargetError(call.target, f"{why}name another -o, or overwrite them with -f")


def _was_spoken(outcome: Outcome | None) -> bool:
    """Whether the files of an id were written for a text; those of a mel have a source."""
    owned = stamp_in(outcome, "output") is not None
    return outcome is not None and owned and "source" not in outcome.facts


def _line(row: Outcome, width: int) -> str:
    name = f"{on_one_line(row.id):<{width}}"
    if row.status == "failed":
        return f"  {name}  failed: {row.why}"
    lufs = row.facts["lufs"]
    level = "silent" if lufs is None else f"{lufs:.1f} LUFS"
    again = "up to date" if row.status == "skipped" else ""
    notes = "; ".join(filter(None, (again, row.why)))
    return f"  {name}  {row.facts['seconds']:7.2f} s  {level:>10}  {notes}".rstrip()


def _hash(path: Path) -> str:
    try:
        return content_hash(path)
    except OSError as error:
        raise CheckpointError(path, (error.strerror or str(error)).lower()) from None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
