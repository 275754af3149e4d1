"""`voiceprep report`: what a dataset is, which clips to mend or leave out, and why."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from ..audio.mel import MelConfig
from ..batch import JobsConfig, Progress, no_progress
from ..check import Check
from ..clip import Clip
from ..disk import holding, replacing, sweep
from ..errors import TargetError
from ..measure import Measured
from ..mending import Plan, draw_plan
from ..origins import Origins
from ..planfile import write_plan
from ..records import to_json, write_lines
from ..summary import duration
from ..text.costs import cost_of
from ..text.encode import TextConfig
from ..text.lexicon import Lexicon, read_lexicon
from ..text.reference import english, read_reference
from ..verdicts import Verdict, VerdictConfig, find_verdicts, tell_absent
from .examining import Heard, examine
from .judging import FILE, Judged, ReportConfig, judge_clips
from .overviewing import Whole, overlook, read_sides, table_of
from .paging import write_report_page
from .reporting import FINDINGS, PAGE, STATISTICS, TABLE, Report, ShowConfig, fault_rows, whole_row
from .self_telling import SelfTest
from .self_testing import SelfTestConfig, self_test
from .sources import Material, find_material

OUTPUT = "report"


def report(
    source: Path | None = None,
    dataset: Path = Path(),
    asked: ShowConfig = ShowConfig(),  # noqa: B008 (frozen)
    obey: VerdictConfig = VerdictConfig(),  # noqa: B008 (frozen)
    config: ReportConfig = ReportConfig(),  # noqa: B008 (frozen)
    text: TextConfig = TextConfig(),  # noqa: B008 (frozen)
    mel: MelConfig = MelConfig(),  # noqa: B008 (frozen)
    trial: SelfTestConfig = SelfTestConfig(),  # noqa: B008 (frozen)
    jobs: JobsConfig = JobsConfig(),  # noqa: B008 (frozen)
    progress: Progress = no_progress,
) -> Report | SelfTest:
    """Tell what a dataset is, which clips to mend or leave out, and why.

    SOURCE is a dataset's folder, any folder of sounds, or a list of path|text; the dataset itself
    where it is not named. A page to look at and listen to is written to DATASET/report, and beside
    it findings.jsonl, clips.csv and statistics.json. No sound is changed.

    \b
    Example: voiceprep report --fail-on error
    """
    checks = config.chosen()
    plan_path = _plan_path(asked)
    lexicon = read_lexicon(Path(config.lexicon)) if config.lexicon else None
    material = find_material(source, dataset, asked.metadata)
    folder = Path(asked.output) if asked.output else dataset / OUTPUT
    if asked.self_test:
        clips = material.clips
        return self_test(material.base, clips, folder, trial, checks, text, lexicon, jobs, progress)
    path, verdicts = find_verdicts(material.base, obey)
    with holding(folder):
        sweep(folder)
        sounds = [check for check in checks if check.reads == "sound" or check.keep]
        measured = examine(
            material.base, material.clips, sounds, mel.rate / 2, folder, jobs, progress
        )
        contents = _contents(material, measured)
        clips = _corrected(material, measured, contents, verdicts)
        judged = judge_clips(clips, measured.values, checks, text.cleaner, lexicon)
        out = {id for id, content in contents.items() if _rejected(content, verdicts)}
        kept = tuple(row for row in judged if row.clip.id not in out)
        told = f"{len(out)} rejected by {path.name}: shown, and not counted"
        absent = tell_absent(path, verdicts, set(contents.values()))
        plan = _plan(kept, checks, contents, verdicts, asked)
        aside = write_plan(plan_path, plan) if plan_path else None
        former = f"{plan_path} held another plan, which is {aside} now" if aside else ""
        table = table_of(kept, checks)
        whole = _overlook(kept, checks, table, material.base, config, text, lexicon, mel)
        found = Report(
            folder,
            kept,
            checks,
            whole,
            plan,
            (*material.troubles, *measured.troubles),
            asked,
            (
                *material.notes,
                *absent,
                *([told] if out else []),
                *filter(None, [former]),
                *_beyond(asked, config, plan, whole),
            ),
            tuple(str(folder / name) for name in (PAGE, FINDINGS, TABLE, STATISTICS)),
        )
        write_report_page(found, judged, contents, verdicts, material.base, source or dataset)
        _write(found, table)
    return found


def _contents(material: Material, measured: Measured[Heard]) -> dict[str, str]:
    """What each clip's verdict is kept under, by id."""
    origins = Origins(material.base)
    return {
        clip.id: origins.content(clip.path, measured.values[clip.id].stamp.hash)
        for clip in material.clips
        if clip.id in measured.values
    }


def _corrected(
    material: Material,
    measured: Measured[Heard],
    contents: dict[str, str],
    verdicts: dict[str, Verdict],
) -> list[Clip]:
    """The clips that were measured, with the texts that a person gave them."""
    clips = [clip for clip in material.clips if clip.id in measured.values]
    corrected = {id: verdicts[key].text for id, key in contents.items() if key in verdicts}
    return [replace(clip, text=corrected.get(clip.id) or clip.text) for clip in clips]


def _rejected(content: str, verdicts: dict[str, Verdict]) -> bool:
    return content in verdicts and verdicts[content].verdict == "reject"


def _plan_path(asked: ShowConfig) -> Path | None:
    """Where the plan is to be written; raises TargetError where that cannot be."""
    path = Path(asked.fix_plan)
    if asked.fix_plan and (path.is_dir() or not path.parent.is_dir()):
        raise TargetError(path, "cannot be written; name a file, in a folder that is there")
    return path if asked.fix_plan else None


def _plan(
    judged: Sequence[Judged],
    checks: Sequence[Check],
    contents: dict[str, str],
    verdicts: dict[str, Verdict],
    asked: ShowConfig,
) -> Plan:
    """What to do about the faults of clips; those that a person kept are well as they are."""
    findings = {}
    for row in judged:
        verdict = verdicts.get(contents[row.clip.id])
        kept = verdict is not None and verdict.verdict == "keep"
        own = [finding for name, finding in row.findings.items() if name != FILE]
        findings[row.clip.id] = [replace(one, ok=one.ok or kept) for one in own]
    texts = {row.clip.id: row.spoken for row in judged if row.spoken}
    seconds = {row.clip.id: row.heard.seconds for row in judged}
    by_name = {check.name: check for check in checks}
    return draw_plan(findings, by_name, seconds, contents, asked.minutes, cost_of(texts))


def _overlook(
    judged: Sequence[Judged],
    checks: Sequence[Check],
    table: pd.DataFrame,
    base: Path,
    config: ReportConfig,
    text: TextConfig,
    lexicon: Lexicon | None,
    mel: MelConfig,
) -> Whole | None:
    if not judged:
        return None
    named = config.reference
    reference = read_reference(Path(named), text.cleaner, lexicon) if named else english()
    sides = read_sides(base, judged)
    return overlook(judged, table, checks, sides, reference, text.cleaner, lexicon, mel)


def _beyond(
    asked: ShowConfig, config: ReportConfig, plan: Plan, whole: Whole | None
) -> Iterator[str]:
    """What was asked for and cannot be had."""
    if plan.kept_seconds < 60 * asked.minutes:
        yield f"--minutes {asked.minutes:g} is more than there is: {duration(plan.kept_seconds)}"
    if config.lexicon and whole and whole.texts and "phonemes" not in whole.cover:
        yield f"{config.lexicon} lacks a word of every text: what tells of their sounds is left out"


def _write(found: Report, table: pd.DataFrame) -> None:
    write_lines(found.folder / FINDINGS, fault_rows(found))
    with replacing(found.folder / TABLE) as temporary:
        table.to_csv(temporary, index=False, errors="surrogateescape")
    told = whole_row(found.whole) if found.whole else {}
    with replacing(found.folder / STATISTICS) as temporary:
        temporary.write_text(to_json(told) + "\n", encoding="utf-8", errors="surrogateescape")
