"""`voiceprep silence`: measures the silence before, after and within the speech of clips."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..audio.convert import load_as_is
from ..audio.files import find_sounds, sounds_by_name
from ..audio.silence import SilenceConfig, SpeechActivity, find_speech
from ..batch.measure import Measured, measure_all, trouble_lines
from ..batch.run import JobsConfig, Progress, no_progress
from ..batch.summary import clip_count, duration, on_one_line
from ..config import setting
from ..records import Shown
from ..report.output import check_format, draw_into

PICTURE = Path("report", "silence.png")
SHARES = (50, 95, 100)


@dataclass(frozen=True)
class PictureConfig:
    """The file of the histogram."""

    picture: str = setting(
        "", "file for the histogram; DATASET/report/silence.png by default", "--picture"
    )

    def __post_init__(self) -> None:
        check_format(self.picture)


@dataclass(frozen=True, repr=False)
class Silences(Shown):
    """The silences of every clip, and their histogram."""

    measured: Measured[SpeechActivity]
    config: SilenceConfig
    picture: Path | None
    notes: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 clean, 3 where clips could not be measured."""
        return self.measured.exit_code

    def clips(self) -> Iterator[dict[str, Any]]:
        """Id, seconds, lead, tail, pauses, other sounds and doubts of every clip."""
        for name, speech in self.measured.values.items():
            yield {
                "id": name,
                "seconds": round(speech.seconds, 3),
                "lead": round(speech.lead, 3),
                "tail": round(speech.tail, 3),
                "pauses": [[round(start, 3), round(end, 3)] for start, end in self._pauses(speech)],
                "others": [list(place) for place in speech.others],
                "uncertain": _doubts(speech),
            }

    def spread(self) -> dict[str, dict[str, float]]:
        """The median, 95th percentile and maximum of leads, tails and longest pauses."""
        clips = self.measured.values.values()
        columns = {
            "lead": [speech.lead for speech in clips],
            "tail": [speech.tail for speech in clips],
            "pause": [self._longest_pause(speech) for speech in clips],
        }
        return {
            name: {f"p{share}": float(np.percentile(values, share)) for share in SHARES}
            for name, values in columns.items()
            if values
        }

    def _pauses(self, speech: SpeechActivity) -> list[tuple[float, float]]:
        return speech.pauses(self.config.pause_seconds)

    def _longest_pause(self, speech: SpeechActivity) -> float:
        return max((end - start for start, end in self._pauses(speech)), default=0.0)

    def lines(self, verbose: bool = False) -> list[str]:  # noqa: ARG002
        """A table of all clips, then their statistics."""
        # Values are rounded once, here: what was rounded to milliseconds may round otherwise.
        clips = {on_one_line(name): speech for name, speech in self.measured.values.items()}
        width = max(map(len, clips), default=2)
        lines = [f"{'id':<{width}}  seconds   lead   tail  pauses  longest"]
        for name, speech in clips.items():
            longest = self._longest_pause(speech)
            shown = f"{longest:>9.2f}" if longest else f"{'':>9}"
            lines.append(
                f"{name:<{width}}{speech.seconds:>9.2f}{speech.lead:>7.2f}{speech.tail:>7.2f}"
                f"{len(self._pauses(speech)):>8}{shown}".rstrip()
            )
        seconds = sum(speech.seconds for speech in clips.values())
        lines += ["", f"{clip_count(len(clips))}, {duration(seconds)}", ""]
        titles = {"lead": "lead", "tail": "tail", "pause": "longest pause"}
        if clips:
            lines.append(f"{'seconds':<15}{'median':>8}{'95 %':>8}{'max':>8}")
        for name, shares in self.spread().items():
            values = "".join(f"{value:>8.2f}" for value in shares.values())
            lines.append(f"{titles[name]:<15}{values}")
        lines += self._doubt_lines(clips)
        lines += trouble_lines(self.measured.troubles)
        lines += [line for note in self.notes for line in ("", f"note: {note}")]
        return [*lines, "", f"drawn: {self.picture}"] if self.picture else lines

    def _doubt_lines(self, clips: dict[str, SpeechActivity]) -> list[str]:
        """The clips whose speech has an uncertain end, and those with sounds apart from it."""
        doubts = [
            f"  {name}  {end}: {why}"
            for name, speech in clips.items()
            for end, why in _doubts(speech).items()
        ]
        others = [
            f"  {name}  {end - start:.2f} s at {start:.2f} s"
            for name, speech in clips.items()
            for start, end in speech.others
        ]
        titles = {"uncertain start or end of speech": doubts, "other sounds": others}
        return [line for title, told in titles.items() if told for line in ("", title, *told)]

    def rows(self) -> Iterator[dict[str, Any]]:
        """A row for every clip, then for every unread file, then the summary."""
        yield from self.clips()
        yield from (asdict(outcome) for outcome in self.measured.troubles)
        counts = {"measured": len(self.measured.values), "troubles": len(self.measured.troubles)}
        drawn = str(self.picture) if self.picture else None
        spread = {
            name: {share: round(value, 3) for share, value in shares.items()}
            for name, shares in self.spread().items()
        }
        yield {"summary": {"clips": counts, "spread": spread, "picture": drawn}}


def _doubts(speech: SpeechActivity) -> dict[str, str]:
    """Which ends of the speech are uncertain, and why."""
    ends = {"start": speech.uncertain_start, "end": speech.uncertain_end}
    return {end: why for end, why in ends.items() if why}


def silence(
    source: Path | None = None,
    dataset: Path = Path(),
    config: SilenceConfig = SilenceConfig(),
    picture: PictureConfig = PictureConfig(),
    jobs: JobsConfig = JobsConfig(),
    progress: Progress = no_progress,
) -> Silences:
    """Show how long clips are silent before, after and within the speech.

    SOURCE is a folder of sounds or one sound, DATASET/wavs by default. No clip is changed; a
    histogram of all silences is drawn. `voiceprep trim` shortens or pads them.

    \b
    Example: voiceprep silence wavs
    """
    found = find_sounds(source or dataset / "wavs")

    def measure(path: Path) -> SpeechActivity:
        return find_speech(load_as_is(path).sound)

    measured = measure_all(sounds_by_name(found), measure, jobs, progress)
    target = Path(picture.picture) if picture.picture else dataset / PICTURE
    drawn = _draw(measured, config, target) if measured.values else None
    return Silences(measured, config, drawn, found.notes)


def _draw(measured: Measured[SpeechActivity], config: SilenceConfig, target: Path) -> Path:
    from ..report.plots import draw_silences

    clips = measured.values.values()
    silences = {
        "before the speech": [speech.lead for speech in clips],
        "after the speech": [speech.tail for speech in clips],
        "pauses within the speech": [
            end - start for speech in clips for start, end in speech.pauses(config.pause_seconds)
        ],
    }
    return draw_into(target, lambda path: draw_silences(silences, path))
