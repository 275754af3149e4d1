"""What a person or a plan decided, brought to the clips of a dataset."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ..audio.steps import STEPS
from ..clip import Clip
from ..mending import Plan
from ..mending import Row as PlanRow
from ..origins import Origins
from ..planfile import PlanConfig, read_plan
from ..summary import clip_count
from ..text.joining import Joined
from ..text.rows import Row
from ..verdicts import Verdict, VerdictConfig, find_verdicts, tell_absent
from .clips import refused_contents

SHOWN = 5
# The names that steps have in a plan, where a command's step is called otherwise.
STEP_OF = {"level": "loudness"}


def obey_verdicts(
    dataset: Path,
    clips: Sequence[Clip],
    joined: Joined,
    config: VerdictConfig,
    origins: Origins,
) -> tuple[Joined, dict[str, str], list[str]]:
    """The texts as a person corrected them, why clips were rejected, and what there is to tell."""
    path, verdicts = find_verdicts(dataset, config)
    if not verdicts:
        return joined, {}, []
    contents = {clip.id: origins.content(clip.path) for clip in clips}
    given = {id: verdicts[content] for id, content in contents.items() if content in verdicts}
    rows, rejected = dict(joined.rows), {}
    for id, verdict in given.items():
        if verdict.verdict == "reject":
            rejected[id] = _because("rejected", path, verdict.why)
        elif verdict.verdict == "text":
            rows[id] = replace(rows.get(id, Row(id, "")), text=verdict.text)
    absent = tell_absent(path, verdicts, {*contents.values(), *refused_contents(dataset, origins)})
    return replace(joined, rows=rows), rejected, [*_told_verdicts(path, given), *absent]


def _told_verdicts(path: Path, given: Mapping[str, Verdict]) -> list[str]:
    """What a file of verdicts did here, in a sentence; nothing where it did nothing."""
    kinds = Counter(verdict.verdict for verdict in given.values())
    told = [f"{clip_count(kinds['reject'])} left out"] if kinds["reject"] else []
    told += [f"the texts of {clip_count(kinds['text'])} corrected"] if kinds["text"] else []
    return [f"{path.name} was obeyed: {', '.join(told)}"] if told else []


class Orders:
    """What a plan and a person's verdicts want of single recordings, known by their content.

    `usual` are the steps that every clip takes. What a person decided goes before the plan.
    """

    def __init__(
        self, dataset: Path, plan: PlanConfig, verdicts: VerdictConfig, usual: Sequence[str]
    ):
        self._plan_path, self._usual = Path(plan.plan), set(usual)
        self._plan = read_plan(self._plan_path) if plan.plan else Plan()
        self._verdict_path, self._verdicts = find_verdicts(dataset, verdicts)
        self._steps: dict[str, set[str]] = defaultdict(set)
        for row in _standing(self._plan.mends):
            self._steps[row.content].add(STEP_OF.get(row.step, row.step))
        self._out = {row.content: row.why for row in _standing(self._plan.rejects)}
        self._origins = Origins(dataset)
        self._contents: dict[Path, str] = {}

    @property
    def steps(self) -> set[str]:
        """The steps that the plan asks for at all."""
        return {step for own in self._steps.values() for step in own}

    def own_steps(self, recording: Path) -> tuple[str, ...]:
        """The steps that this clip takes and not every clip, in their order."""
        own = self._steps.get(self._content(recording), set()) - self._usual
        return tuple(name for name in STEPS if name in own)

    def why_not(self, recording: Path) -> str:
        """Why nothing is to be made of a recording; empty where a clip is."""
        content = self._content(recording)
        verdict = self._verdicts.get(content)
        if verdict and verdict.verdict == "reject":
            return _because("rejected", self._verdict_path, verdict.why)
        if content not in self._out or (verdict and verdict.verdict == "keep"):
            return ""
        return _because("left out", self._plan_path, self._out[content])

    def notes(self) -> tuple[str, ...]:
        """What there is to tell, once every recording was asked for."""
        here = set(self._contents.values())
        mends = [row for row in _standing(self._plan.mends) if row.content in here]
        usual = [row for row in mends if STEP_OF.get(row.step, row.step) in self._usual]
        told = (
            (
                "look at their texts, a verdict corrects them",
                [row for row in mends if row.step == "text"],
            ),
            ("these take the step that is asked for anyway", usual),
            ("these are not here", [row for row in self._rows() if row.content not in here]),
        )
        notes = [f"{self._plan_path.name}: {text}: {_names(rows)}" for text, rows in told if rows]
        return (*notes, *tell_absent(self._verdict_path, self._verdicts, here))

    def _rows(self) -> list[PlanRow]:
        return _standing((*self._plan.mends, *self._plan.rejects))

    def _content(self, recording: Path) -> str:
        if not (self._verdicts or self._steps or self._out):
            return ""
        if recording not in self._contents:
            try:
                self._contents[recording] = self._origins.content(str(recording.absolute()))
            except OSError:  # which is told when the clip is to be made of it
                self._contents[recording] = ""
        return self._contents[recording]


def _standing(rows: Iterable[PlanRow]) -> list[PlanRow]:
    """The rows that nobody undid."""
    return [row for row in rows if not row.undone]


def _because(what: str, path: Path, why: str) -> str:
    return f"{what} by {path.name}" + (f": {why}" if why else "")


def _names(rows: Iterable[PlanRow]) -> str:
    """The first clips of some rows, each once."""
    names = list(dict.fromkeys(row.id or row.content for row in rows))
    return ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if names[SHOWN:] else "")
