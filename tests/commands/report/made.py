"""Clips that were measured and judged without any sound."""

from dataclasses import replace
from pathlib import Path

from voiceprep.audio.mel import MelConfig
from voiceprep.clip import Clip
from voiceprep.commands.report.findings import ReportConfig, judge_clips, share_findings
from voiceprep.commands.report.measure import SoundMeasurements
from voiceprep.commands.report.overview import measurements_table, summarize
from voiceprep.commands.report.result import Report, ShowConfig
from voiceprep.files import Stamp
from voiceprep.quality.check import Measurement
from voiceprep.quality.fix_plan import FixPlan
from voiceprep.text.frontends.nvidia import NvidiaFrontend
from voiceprep.text.reference import english

CHECKS = tuple(
    replace(check, shared="learn to wait") if check.name == "tail_seconds" else check
    for check in ReportConfig().chosen()
)
TEXTS = {
    "a": "The harbour was quiet when the boats came home.",
    "b": "She counted seventeen lanterns on the wall.",
    "c": "Could you hold this rope?",
}


def judged(tails=(0.1, 0.2, 0.9), texts=TEXTS, seconds=2.0, warning=""):
    """Clips of known tails and texts; the usual limit of a tail is half a second."""
    clips = [Clip(id, f"wavs/{id}.wav", text) for id, text in texts.items()]
    sounds = {
        clip.id: SoundMeasurements(
            Stamp(1, 1, clip.id), seconds, 22050, seconds - tail, warning,
            {"tail_seconds": Measurement(tail, f"{tail} s too quiet")}, {},
        )
        for clip, tail in zip(clips, tails, strict=True)
    }  # fmt: skip
    return judge_clips(clips, sounds, CHECKS, NvidiaFrontend(), None)


def summary(rows, splits=()):
    table = measurements_table(rows, CHECKS)
    return summarize(rows, table, CHECKS, dict(splits), english(NvidiaFrontend()), "", MelConfig())


def made_report(rows, troubles=(), plan=FixPlan(), splits=(), notes=(), **options):
    dataset = summary(rows, splits) if rows else None
    rows, properties = share_findings(rows, CHECKS)
    return Report(
        Path("report"), tuple(rows), CHECKS, dataset, plan, properties, tuple(troubles),
        ShowConfig(**options), tuple(notes),
    )  # fmt: skip
