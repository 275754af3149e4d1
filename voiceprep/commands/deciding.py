"""What a person or a plan decided, brought to the clips of a dataset."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ..clip import Clip
from ..origins import Origins
from ..summary import clip_count
from ..text.joining import Joined
from ..text.rows import Row
from ..verdicts import Verdict, VerdictConfig, find_verdicts, tell_absent
from .clips import refused_contents


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
            why = f": {verdict.why}" if verdict.why else ""
            rejected[id] = f"rejected by {path.name}{why}"
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
