"""`voiceprep report`: measures a dataset, says which clips to fix or leave out, and why."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from ...audio.mel import MelConfig
from ...batch.measure import Measured
from ...batch.run import JobsConfig, Progress, no_progress
from ...batch.summary import duration
from ...clip import Clip
from ...dataset.provenance import Provenance
from ...errors import TargetError
from ...files import holding, replacing, sweep
from ...quality.check import Check
from ...quality.fix_plan import BY_HAND, FixPlan, draw_plan
from ...quality.fix_plan_file import write_plan
from ...quality.verdicts import Verdict, VerdictConfig, absent_note, find_verdicts
from ...records import to_json, write_lines
from ...text.costs import cost_of
from ...text.encode import TextConfig
from ...text.frontends import TextFrontend, make_frontend
from ...text.lexicon import Lexicon, read_lexicon
from ...text.reference import Reference, english, make_reference, read_lines, why_not_english
from .dismissals import dismissal_notes, without_dismissed
from .findings import FILE, JudgedClip, ReportConfig, judge_clips, share_findings
from .measure import SoundMeasurements, measure_sounds
from .overview import DatasetSummary, measurements_table, read_split_lists, summarize
from .page import write_report_page
from .result import (
    FINDINGS,
    PAGE,
    STATISTICS,
    TABLE,
    Report,
    ShowConfig,
    dataset_record,
    fault_rows,
    property_records,
    undecided_counts,
)
from .self_test import SelfTestConfig, self_test
from .self_test_result import SelfTest
from .sources import Material, find_material

OUTPUT = "report"


def report(
    source: Path | None = None,
    dataset: Path = Path(),
    options: ShowConfig = ShowConfig(),
    verdict_file: VerdictConfig = VerdictConfig(),
    config: ReportConfig = ReportConfig(),
    text: TextConfig = TextConfig(),
    mel: MelConfig = MelConfig(),
    trial: SelfTestConfig = SelfTestConfig(),
    jobs: JobsConfig = JobsConfig(),
    progress: Progress = no_progress,
) -> Report | SelfTest:
    """Report on a dataset: which clips to fix or leave out, and why.

    SOURCE is a dataset's folder, any folder of sounds, or a list of path|text; by default the
    dataset itself. A page on which to view and play the clips is written to DATASET/report, with
    findings.jsonl, clips.csv and statistics.json beside it. No sound is changed.

    \b
    Example: voiceprep report --fail-on error
    """
    checks = config.chosen()
    plan_path = _plan_path(options)
    lexicon = read_lexicon(Path(config.lexicon)) if config.lexicon else None
    form = replace(options.format, pinyin=text.reads_pinyin)
    material = find_material(source, dataset, options.metadata, form)
    folder = Path(options.output) if options.output else dataset / OUTPUT
    if options.self_test:
        return self_test(
            material.base, material.clips, folder, trial, checks, text, lexicon, jobs, progress
        )
    verdicts = find_verdicts(material.base, verdict_file)
    with holding(folder):
        sweep(folder)
        by_sound = [check for check in checks if check.reads == "sound" or check.keep]
        measured = measure_sounds(
            material.base, material.clips, by_sound, mel.rate / 2, folder, jobs, progress
        )
        contents = _contents(material, measured)
        corrected = _corrected(material, measured, contents, verdicts.clips)
        lines = read_lines(Path(config.reference)) if config.reference else []
        texts = [clip.text for clip in corrected if clip.text]
        frontend = make_frontend(text, [*texts, *lines])
        clips = judge_clips(corrected, measured.values, checks, frontend, lexicon)
        rejected = {id for id, content in contents.items() if _is_rejected(content, verdicts.clips)}
        counted = [row for row in clips if row.clip.id not in rejected]
        kept, properties = share_findings(without_dismissed(counted, verdicts.dismissals), checks)
        notes = [*material.notes, *absent_note(verdicts, set(contents.values()))]
        if rejected:
            notes.append(
                f"{len(rejected)} rejected by {verdicts.path.name}: shown, but not counted"
            )
        notes += dismissal_notes(counted, checks, verdicts)
        plan = _plan(kept, checks, contents, verdicts.clips, options)
        backup = write_plan(plan_path, plan) if plan_path else None
        if backup:
            notes.append(f"{plan_path} held another plan, which is now {backup}")
        table = measurements_table(kept, checks)
        reference, why = _reference(config, lines, texts, frontend, lexicon)
        splits = read_split_lists(material.base, kept)
        summary = summarize(kept, table, checks, splits, reference, why, mel) if kept else None
        found = Report(
            folder,
            tuple(kept),
            checks,
            summary,
            plan,
            properties,
            (*material.troubles, *measured.troubles),
            options,
            (*notes, *_unmet(options, config, plan, summary)),
            tuple(str(folder / name) for name in (PAGE, FINDINGS, TABLE, STATISTICS)),
        )
        shared = {row.clip.id: row.shared for row in kept}
        shown = [replace(row, shared=shared.get(row.clip.id, row.shared)) for row in clips]
        write_report_page(found, shown, contents, verdicts, material.base, source or dataset)
        _write(found, table)
    return found


def _contents(material: Material, measured: Measured[SoundMeasurements]) -> dict[str, str]:
    """The content hash that keys each clip's verdict, by id."""
    origins = Provenance(material.base)
    return {
        clip.id: origins.content(clip.path, measured.values[clip.id].stamp.hash)
        for clip in material.clips
        if clip.id in measured.values
    }


def _corrected(
    material: Material,
    measured: Measured[SoundMeasurements],
    contents: dict[str, str],
    verdicts: Mapping[str, Verdict],
) -> list[Clip]:
    """The measured clips, with the texts that a person corrected."""
    clips = [clip for clip in material.clips if clip.id in measured.values]
    corrected = {id: verdicts[key].text for id, key in contents.items() if key in verdicts}
    return [replace(clip, text=corrected.get(clip.id) or clip.text) for clip in clips]


def _is_rejected(content: str, verdicts: Mapping[str, Verdict]) -> bool:
    return content in verdicts and verdicts[content].verdict == "reject"


def _plan_path(options: ShowConfig) -> Path | None:
    """The file for the fix plan; raises TargetError where it cannot be written."""
    path = Path(options.fix_plan)
    if options.fix_plan and (path.is_dir() or not path.parent.is_dir()):
        raise TargetError(path, "cannot be written; name a file in an existing folder")
    return path if options.fix_plan else None


def _plan(
    clips: Sequence[JudgedClip],
    checks: Sequence[Check],
    contents: dict[str, str],
    verdicts: Mapping[str, Verdict],
    options: ShowConfig,
) -> FixPlan:
    """The fix plan for the clips.

    Clips with a verdict "keep" have no faults. What the voice shares is fixed where a step does it
    without a person.
    """
    by_name = {check.name: check for check in checks}
    by_hand = {check.name for check in checks if check.fix in BY_HAND}
    findings = {}
    for row in clips:
        verdict = verdicts.get(contents[row.clip.id])
        kept = verdict is not None and verdict.verdict == "keep"
        findings[row.clip.id] = [
            replace(finding, ok=finding.ok or kept or name in row.shared & by_hand)
            for name, finding in row.findings.items()
            if name != FILE
        ]
    texts = {row.clip.id: row.spoken for row in clips if row.spoken}
    seconds = {row.clip.id: row.sound.seconds for row in clips}
    return draw_plan(findings, by_name, seconds, contents, options.minutes, cost_of(texts))


def _reference(
    config: ReportConfig,
    lines: Sequence[str],
    texts: Sequence[str],
    frontend: TextFrontend,
    lexicon: Lexicon | None,
) -> tuple[Reference | None, str]:
    """What the texts are compared with, or why there is nothing."""
    if config.reference:
        return make_reference(Path(config.reference), lines, frontend, lexicon), ""
    why = why_not_english(frontend, texts)
    return (None, why) if why else (english(frontend, lexicon), "")


def _unmet(
    options: ShowConfig, config: ReportConfig, plan: FixPlan, summary: DatasetSummary | None
) -> Iterator[str]:
    """Notes on options that could not take effect."""
    if plan.kept_seconds < 60 * options.minutes:
        have = duration(plan.kept_seconds)
        yield f"--minutes {options.minutes:g} is more than the dataset has: {have}"
    if len(plan.rejects) > 1 and not plan.kept_seconds:
        yield "the fix plan leaves out every clip; look for what they have in common and fix that"
    if config.lexicon and summary and summary.texts and "phonemes" not in summary.cover:
        yield f"{config.lexicon} lacks a word of every text: phoneme coverage is left out"


def _write(found: Report, table: pd.DataFrame) -> None:
    write_lines(found.folder / FINDINGS, fault_rows(found))
    with replacing(found.folder / TABLE) as temporary:
        table.to_csv(temporary, index=False, errors="surrogateescape")
    record = dataset_record(found.dataset) if found.dataset else {}
    record |= {
        "properties": list(property_records(found)),
        "undecided": undecided_counts(found.clips),
    }
    with replacing(found.folder / STATISTICS) as temporary:
        temporary.write_text(to_json(record) + "\n", encoding="utf-8", errors="surrogateescape")
