"""Apply the verdicts of a person and a fix plan to the clips of a dataset."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ..audio.steps import STEPS
from ..batch.summary import clip_count
from ..clip import Clip
from ..quality.fix_plan import FixPlan, PlanRow
from ..quality.fix_plan_file import PlanConfig, read_plan
from ..quality.verdicts import Verdict, VerdictConfig, absent_note, find_verdicts
from ..text.joining import Joined
from ..text.text_table import TextRow
from .clips import refused_contents
from .provenance import Provenance

SHOWN = 5
# The names of steps, where a plan has another one.
STEP_OF = {"level": "loudness"}


def apply_verdicts(
    dataset: Path,
    clips: Sequence[Clip],
    joined: Joined,
    config: VerdictConfig,
    origins: Provenance,
) -> tuple[Joined, dict[str, str], list[str]]:
    """The texts with corrections, the reasons of rejected clips by id, and notes."""
    verdicts = find_verdicts(dataset, config)
    if not verdicts.clips:
        return joined, {}, []
    contents = {clip.id: origins.content(clip.path) for clip in clips}
    known = {id: verdicts.clips.get(content) for id, content in contents.items()}
    given = {id: verdict for id, verdict in known.items() if verdict}
    rows = dict(joined.rows)
    rejected: dict[str, str] = {}
    for id, verdict in given.items():
        if verdict.verdict == "reject":
            rejected[id] = _reason("rejected", verdicts.path, verdict.why)
        elif verdict.verdict == "text":
            rows[id] = replace(rows.get(id, TextRow(id, "")), text=verdict.text)
    absent = absent_note(verdicts, {*contents.values(), *refused_contents(dataset, origins)})
    return replace(joined, rows=rows), rejected, [*_applied_note(verdicts.path, given), *absent]


def _applied_note(path: Path, given: Mapping[str, Verdict]) -> list[str]:
    """A note on what a file of verdicts changed, if anything."""
    kinds = Counter(verdict.verdict for verdict in given.values())
    changes = [f"{clip_count(kinds['reject'])} left out"] if kinds["reject"] else []
    changes += [f"the texts of {clip_count(kinds['text'])} corrected"] if kinds["text"] else []
    return [f"{path.name} applied: {', '.join(changes)}"] if changes else []


class Overrides:
    """What a plan and a person's verdicts say of single recordings, keyed by content hash.

    `usual` are the steps for every clip. A verdict overrides the plan.
    """

    def __init__(
        self, dataset: Path, plan: PlanConfig, verdicts: VerdictConfig, usual: Sequence[str]
    ) -> None:
        self._plan_path, self._usual = Path(plan.plan), set(usual)
        self._plan = read_plan(self._plan_path) if plan.plan else FixPlan()
        self._verdicts = find_verdicts(dataset, verdicts)
        self._steps: dict[str, set[str]] = defaultdict(set)
        for row in _active(self._plan.mends):
            self._steps[row.content].add(STEP_OF.get(row.step, row.step))
        self._left_out = {row.content: row.why for row in _active(self._plan.rejects)}
        self._origins = Provenance(dataset)
        self._contents: dict[Path, str] = {}

    @property
    def steps(self) -> set[str]:
        """All steps in the plan."""
        return {step for own in self._steps.values() for step in own}

    def own_steps(self, recording: Path) -> tuple[str, ...]:
        """The steps for this clip that are not for every clip, in their order."""
        own = self._steps.get(self._content(recording), set()) - self._usual
        return tuple(name for name in STEPS if name in own)

    def why_not(self, recording: Path) -> str:
        """Why a recording is left out; "" where it is not."""
        content = self._content(recording)
        verdict = self._verdicts.clips.get(content)
        if verdict and verdict.verdict == "reject":
            return _reason("rejected", self._verdicts.path, verdict.why)
        if content not in self._left_out or (verdict and verdict.verdict == "keep"):
            return ""
        return _reason("left out", self._plan_path, self._left_out[content])

    def notes(self) -> tuple[str, ...]:
        """Notes for the user, once all recordings were looked up."""
        here = set(self._contents.values())
        fixes = [row for row in _active(self._plan.mends) if row.content in here]
        usual = [row for row in fixes if STEP_OF.get(row.step, row.step) in self._usual]
        groups = (
            (
                "check these texts, and correct them with verdicts",
                [row for row in fixes if row.step == "text"],
            ),
            ("every clip gets this step anyway", usual),
            ("no such recordings here", [row for row in self._rows() if row.content not in here]),
        )
        notes = [f"{self._plan_path.name}: {note}: {_names(rows)}" for note, rows in groups if rows]
        return (*notes, *absent_note(self._verdicts, here))

    def _rows(self) -> list[PlanRow]:
        return _active((*self._plan.mends, *self._plan.rejects))

    def _content(self, recording: Path) -> str:
        if not (self._verdicts.clips or self._steps or self._left_out):
            return ""
        if recording not in self._contents:
            try:
                self._contents[recording] = self._origins.content(str(recording.absolute()))
            except OSError:  # reported when the clip is made
                self._contents[recording] = ""
        return self._contents[recording]


def _active(rows: Iterable[PlanRow]) -> list[PlanRow]:
    """The rows that are not undone."""
    return [row for row in rows if not row.undone]


def _reason(decision: str, path: Path, why: str) -> str:
    return f"{decision} by {path.name}" + (f": {why}" if why else "")


def _names(rows: Iterable[PlanRow]) -> str:
    """The first clips of some rows, without duplicates."""
    names = list(dict.fromkeys(row.id or row.content for row in rows))
    return ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if names[SHOWN:] else "")
