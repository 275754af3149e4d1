"""One run of a voice, one sentence with one seed, in numbers."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from .alignment import AlignmentMeasures, end_size, measure_alignment
from .gate import GateMeasures, Stop, measure_gate, stop_at
from .reading import Reading, follow
from .sound import SILENCE_DB, SoundMeasures, measure_sound, relative_levels

# Silence that may follow the last symbol before a stop is late: the tails of good clips, and room.
ENDING_SECONDS = 0.5


@dataclass(frozen=True)
class RunMeasures:
    """The measures of one run as a threshold would have stopped it; steps are the decoder's.

    seconds_a_symbol: of the speech, over its symbols. gate_lag: seconds from the end of the text to
    the stop by the gate, below 0 where the gate opened first; None where either is missing.
    allowance: seconds after that end in which a stop is in time. loud_after: seconds of sound
    after these. alignment, sound and reading: up to the stop; gate and whole, which is a reading
    too: of all that was heard, beyond the stop or not.
    """

    stop: Stop
    steps: int
    frames: int
    seconds: float
    step_seconds: float
    symbols: int
    seconds_a_symbol: float
    gate_lag: float | None
    allowance: float
    loud_after: float
    alignment: AlignmentMeasures
    gate: GateMeasures
    sound: SoundMeasures
    reading: Reading
    whole: Reading

    def row(self) -> dict[str, Any]:
        """All of it side by side, as a record; stalls, silence and what was lost are in seconds."""
        row = asdict(self)
        whole = row.pop("whole")
        for part in ("alignment", "sound", "reading"):
            row |= row.pop(part)
        row |= {f"gate_{name}": value for name, value in row.pop("gate").items()}
        for name in ("longest_stall", "lost", "left"):
            row[name] *= self.step_seconds
        row["trailing_silence"] *= self.seconds / max(1, self.frames)
        # As far as they lie before the stop, the same is told by `whole`.
        del row["end"], row["nearly"], row["saturation_step"]
        return row | {"end_step": whole["end"], "nearly_step": whole["nearly"]}


def measure_run(
    alignment: np.ndarray,
    gate: np.ndarray,
    mel: np.ndarray,
    stop: Stop,
    frame_seconds: float,
    threshold: float = 0.5,
) -> RunMeasures:
    """The measures of a run that may have gone on past its gate, cut where a threshold stops it.

    alignment: (S, N); gate: (S,); mel: (M, T) of T / S frames a step; stop: what ended it, see
    `gate.stop_at`. What is known from beyond the stop is when the text came to its end.
    """
    kind, steps = stop_at(gate, threshold, stop)
    per_step = mel.shape[1] // max(1, len(gate))
    step_seconds, frames, symbols = frame_seconds * per_step, steps * per_step, alignment.shape[1]
    whole = follow(alignment, step_seconds)
    end = whole.end
    allowance = ENDING_SECONDS + end_size(symbols) * whole.pace * step_seconds
    lag = (steps - 1 - end) * step_seconds if kind == "gate" and end is not None else None
    return RunMeasures(
        kind,
        steps,
        frames,
        frames * frame_seconds,
        step_seconds,
        symbols,
        frames * frame_seconds / max(1, symbols),
        lag,
        allowance,
        _loud_after(mel[:, :frames], end, allowance, frame_seconds, per_step),
        measure_alignment(alignment[:steps]),
        measure_gate(gate, threshold),
        measure_sound(mel[:, :frames]),
        follow(alignment[:steps], step_seconds),
        whole,
    )


def _loud_after(
    mel: np.ndarray, end: int | None, allowance: float, frame_seconds: float, per_step: int
) -> float:
    if end is None or end * per_step >= mel.shape[1]:
        return 0.0
    late = end * per_step + round(allowance / frame_seconds)
    return float((relative_levels(mel)[late:] > -SILENCE_DB).sum() * frame_seconds)
