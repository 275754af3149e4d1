"""Sentences said into files: what each run on a folder of speech leaves there, and tells."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..audio.cache import MEL_SETTINGS
from ..audio.loudness import measure_loudness
from ..batch import NO_ROOM, Progress, WriteConfig
from ..config import digest, write_settings
from ..disk import Stamp, content_hash, holding, set_aside, sweep
from ..errors import CheckpointError, Interrupted, TargetError
from ..ledger import Ledger, stamp_in
from ..planning import told_path
from ..records import Outcome
from ..summary import duration, on_one_line
from ..text.phrases import Phrase, Phrases
from ..train.settings import InferConfig, SpeechConfig, VocoderConfig
from ..train.speaker import Speaker, Spoken
from .writing import write_spoken

SHOWN = 20
INTERRUPTED = "not tried: interrupted"
ADVICE = (
    "did not stop by themselves: listen to them; --gate-threshold lower, shorter parts "
    "(--longest-text), another --seed or a longer training may help"
)


@dataclass(frozen=True)
class Call:
    """Who is to speak, where to and how."""

    tacotron2: Path
    waveglow: Path | None
    target: Path
    infer: InferConfig
    speech: SpeechConfig
    vocoder: VocoderConfig
    write: WriteConfig = WriteConfig()

    @property
    def sections(self) -> dict[str, Any]:
        """The settings that the speech depends on."""
        return {"infer": self.infer, "speech": self.speech, "vocoder": self.vocoder}

    def digests(self, phrases: Phrases) -> dict[str, str]:
        """Of each phrase, by its id, a digest of all that its sound depends on."""
        whose = "".join(_hash(path) for path in (self.tacotron2, self.waveglow) if path)
        common = digest(self.sections)
        return {
            phrase.id: digest({"said": phrase, "by": _By(whose, common)})
            for phrase in phrases.phrases
        }

    def speaker(self) -> Speaker:
        """The voice that is called upon, loaded; raises what Speaker.load raises."""
        return Speaker.load(self.tacotron2, self.waveglow, self.infer, self.speech, self.vocoder)

    def told(self, spoken: Spoken) -> list[str]:
        """What there is to tell of a text, a half-sentence each."""
        told = [spoken.trouble] if spoken.trouble else []
        endings = {
            "limit": f"did not stop, cut off at {self.infer.max_frames} frames",
            "nan": "broke off, as the model's values were not finite any more",
            "saturated": "stopped by its attention, which came to rest on the end, not by its gate",
        }
        for stop, ending in endings.items():
            places = [str(n) for n, found in enumerate(spoken.stops, 1) if found == stop]
            if places:
                where = f"part {', '.join(places)} " if len(spoken.stops) > 1 else ""
                told.append(where + ending)
        if spoken.unknown:
            unknown = " ".join(dict.fromkeys(spoken.unknown))
            told.append(f"no symbol for {on_one_line(unknown)}")
        if spoken.turned_down_db:
            told.append(f"turned down by {spoken.turned_down_db:.1f} dB, or it would clip")
        return told


@dataclass(frozen=True)
class _By:
    """Which files spoke and sounded, and how."""

    files: str
    settings: str


@dataclass(frozen=True)
class Said:
    """What came of every sentence, in the order in which they were given."""

    target: Path
    outcomes: tuple[Outcome, ...]
    notes: tuple[str, ...] = ()
    interrupted: bool = False

    @property
    def unstopped(self) -> list[Outcome]:
        """The sentences that did not end by themselves."""
        return [row for row in self.outcomes if {"limit", "nan"} & set(row.facts.get("stops", ()))]

    @property
    def exit_code(self) -> int:
        """130 interrupted; 3 where a sentence was not said, in part or in whole, or not ended."""
        if self.interrupted:
            return Interrupted.exit_code
        well = all(row.status in ("done", "skipped") and row.facts["well"] for row in self.outcomes)
        return 0 if well else 3

    def lines(self, verbose: bool) -> list[str]:
        """See Result."""
        seconds = sum(row.facts.get("seconds", 0.0) for row in self.outcomes)
        count = len(self.outcomes)
        sentences = "1 sentence" if count == 1 else f"{count} sentences"
        told = [f"{sentences}, {duration(seconds)} → {self.target}", ""]
        shown = [row for row in self.outcomes if verbose or count <= SHOWN or row.why]
        shown = shown if verbose else shown[:SHOWN]
        width = max((len(on_one_line(row.id)) for row in shown), default=0)
        told += [_line(row, width) for row in shown]
        if count > len(shown):
            told.append(f"  … and {count - len(shown)} more: -v shows all, as does outcomes.jsonl")
        if all(row.status == "skipped" for row in self.outcomes):
            told += ["", "nothing to do: all of it is up to date; -f says it anew"]
        if self.unstopped:
            told += ["", f"{len(self.unstopped)} of {count} {ADVICE}"]
        return told + [line for note in self.notes for line in ("", f"note: {note}")]

    def rows(self) -> Iterator[dict[str, Any]]:
        """See Result."""
        yield from (asdict(row) for row in self.outcomes)
        counts: dict[str, int] = {}
        for row in self.outcomes:
            counts[row.status] = counts.get(row.status, 0) + 1
        seconds = round(sum(row.facts.get("seconds", 0.0) for row in self.outcomes), 6)
        told = {"sentences": {"in": len(self.outcomes), **counts}, "seconds": seconds}
        yield {"summary": told | {"unstopped": len(self.unstopped), "notes": list(self.notes)}}


def say(phrases: Phrases, call: Call, progress: Progress) -> Said:
    """Say the phrases that are not there yet, as they are wanted, into the target."""
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
        _check_ours(todo, ledger, call)
        stopped, notes = "", phrases.notes
        try:
            if todo:
                speaker = call.speaker()
                notes += speaker.vocoder.notes
                stopped = _say(speaker, todo, digests, call, ledger, known, progress)
        except KeyboardInterrupt:
            stopped = INTERRUPTED
        finally:
            ledger.close(set())
            sweep(call.target)
    outcomes = [
        known.get(phrase.id) or Outcome(phrase.id, "failed", stopped) for phrase in phrases.phrases
    ]
    return Said(call.target, tuple(outcomes), notes, stopped == INTERRUPTED)


def _say(
    speaker: Speaker,
    todo: Sequence[Phrase],
    digests: Mapping[str, str],
    call: Call,
    ledger: Ledger,
    known: dict[str, Outcome],
    progress: Progress,
) -> str:
    """Say the phrases, each noted in `known` when it is there; why it ended early, if it did."""
    write_settings(call.target, call.sections)
    write_settings(call.target, {"mel": speaker.voice.mel}, MEL_SETTINGS)
    spoken = speaker.say_all([phrase.text for phrase in todo])
    for phrase, said in progress(zip(todo, spoken, strict=True), len(todo)):
        facts = {"text": phrase.text, "settings": digests[phrase.id]}
        try:
            known[phrase.id] = _write(phrase.id, said, facts, speaker, call, ledger)
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            known[phrase.id] = Outcome(phrase.id, "failed", why, facts)
            if error.errno in NO_ROOM:
                return f"not tried: {why} in {call.target}"
    return ""


def _write(
    name: str, said: Spoken, facts: dict[str, Any], speaker: Speaker, call: Call, ledger: Ledger
) -> Outcome:
    """Write the files of a text; the ledger knows of them before they are there."""
    told, wav = call.told(said), call.target / f"{name}.wav"
    facts |= {"stops": list(said.stops), "well": said.well, "unknown": list(said.unknown)}
    before = ledger.outcomes.get(name)
    owned = stamp_in(before, "output")
    if not len(said.sound.samples):
        kept = {"output": asdict(owned)} if owned else {}
        outcome = Outcome(name, "failed", "; ".join(told), facts | kept)
        ledger.note(outcome)
        return outcome
    if owned and wav.exists() and not (call.write.force or owned.still(wav)):
        told.append(f"the changed {wav.name} is kept as {set_aside(wav).name}")
    level = measure_loudness(said.sound)
    facts |= {"seconds": round(said.sound.seconds, 6), "lufs": _rounded(level.lufs)}
    facts |= {"true_peak_dbtp": _rounded(level.true_peak_dbtp)}

    def note(stamp: Stamp, pictures: list[str]) -> Outcome:
        output = {"path": told_path(wav, call.target), **asdict(stamp)}
        made = {"output": output, "pictures": pictures}
        outcome = Outcome(name, "done", "; ".join(told), facts | made)
        ledger.note(outcome)
        return outcome

    base_ns = call.tacotron2.stat().st_mtime_ns
    outcome = write_spoken(said, wav, speaker, base_ns, note)
    for former in before.facts.get("pictures", []) if before else []:
        if former not in outcome.facts["pictures"]:
            (call.target / Path(former).name).unlink(missing_ok=True)
    return outcome


def _known(ledger: Ledger, name: str, wanted: str, target: Path) -> Outcome | None:
    """What is known of a phrase that is there already, as it is wanted."""
    before = ledger.outcomes.get(name)
    stamp = stamp_in(before, "output")
    if not (before and stamp and before.status == "done") or before.facts["settings"] != wanted:
        return None
    files = [target / file for file in (f"{name}.npz", *before.facts["pictures"])]
    if not stamp.still(target / f"{name}.wav") or not all(path.is_file() for path in files):
        return None
    return Outcome(name, "skipped", before.why, before.facts)


def _check_ours(todo: Sequence[Phrase], ledger: Ledger, call: Call) -> None:
    """Raise TargetError for files in the way that no text was said into."""
    foreign = [
        path.name
        for phrase in todo
        for suffix in (".wav", ".npz", ".png")
        if not _was_said(ledger.outcomes.get(phrase.id))
        and (path := call.target / f"{phrase.id}{suffix}").exists()
    ]
    if foreign and not call.write.force:
        names = ", ".join(foreign[:3]) + (", …" if len(foreign) > 3 else "")
        told = f"{len(foreign)} in the way that voiceprep did not write of a text ({names}): "
        raise TargetError(call.target, f"{told}name another -o, or -f overwrites them")


def _was_said(outcome: Outcome | None) -> bool:
    """Whether the files of an id hold a text; those of a mel have a source."""
    owned = stamp_in(outcome, "output") is not None
    return outcome is not None and owned and "source" not in outcome.facts


def _line(row: Outcome, width: int) -> str:
    name = f"{on_one_line(row.id):<{width}}"
    if row.status == "failed":
        return f"  {name}  failed: {row.why}"
    lufs = row.facts["lufs"]
    level = "silent" if lufs is None else f"{lufs:.1f} LUFS"
    again = "up to date" if row.status == "skipped" else ""
    told = "; ".join(filter(None, (again, row.why)))
    return f"  {name}  {row.facts['seconds']:7.2f} s  {level:>10}  {told}".rstrip()


def _hash(path: Path) -> str:
    try:
        return content_hash(path)
    except OSError as error:
        raise CheckpointError(path, (error.strerror or str(error)).lower()) from None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
