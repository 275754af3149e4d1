"""The measures of one run of a voice: one sentence with one seed."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from .alignment import AlignmentMeasures, end_size, measure_alignment
from .attention_path import AttentionPath, follow_attention
from .gate import GateMeasures, Stop, measure_gate, stop_at
from .sound import SILENCE_DB, SoundMeasures, measure_sound, relative_levels

# Silence after the last symbol before a stop counts as late: the tail of a good clip with margin.
ENDING_SECONDS = 0.5


@dataclass(frozen=True)
class RunMeasures:
    """The measures of one run as stopped by a threshold; steps are the decoder's.

    seconds_a_symbol: of the speech. gate_lag: seconds from the end of the text to the stop by the
    gate, negative where the gate opened first; None where either is missing. allowance: seconds
    after that end in which a stop is in time. loud_after: seconds of sound after these. alignment,
    sound and path: up to the stop; gate and full_path: of the entire run. Without a gate or without
    attention, its measures are those of no steps, and None in the record.
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
    path: AttentionPath
    full_path: AttentionPath
    has_gate: bool = True
    has_attention: bool = True

    def row(self) -> dict[str, Any]:
        """A flat record; stall, silence and lost attention are in seconds."""
        row = asdict(self)
        del row["has_gate"], row["has_attention"]
        full_path, attended = row.pop("full_path"), {**row["alignment"], **row["path"]}
        for part in ("alignment", "sound", "path"):
            row |= row.pop(part)
        gate = {f"gate_{name}": value for name, value in row.pop("gate").items()}
        row |= gate if self.has_gate else dict.fromkeys(gate)
        for name in ("longest_stall", "lost", "left"):
            row[name] *= self.step_seconds
        row["trailing_silence"] *= self.seconds / max(1, self.frames)
        if not self.has_attention:
            row |= dict.fromkeys(attended)
        # `full_path` has the same, also where they lie beyond the stop.
        del row["end"], row["nearly"], row["saturation_step"]
        return row | {"end_step": full_path["end"], "nearly_step": full_path["nearly"]}


def measure_run(
    alignment: np.ndarray | None,
    gate: np.ndarray | None,
    mel: np.ndarray,
    stop: Stop,
    frame_seconds: float,
    threshold: float = 0.5,
    symbols: int = 0,
) -> RunMeasures:
    """The measures of a run that may have gone on past its gate, cut where a threshold stops it.

    alignment: (S, N), None without attention, which has `symbols` say how many there are; gate:
    (S,), None without a gate; mel: (M, T) of T / S frames a step; stop: what ended it, see
    `gate.stop_at`. The steps beyond the stop tell when the text came to its end.
    """
    has_gate, has_attention = gate is not None, alignment is not None
    if alignment is None:
        alignment = np.zeros((0, symbols))
    symbols = alignment.shape[1]
    if gate is None:
        gate = np.zeros(0)
        kind, count = stop, len(alignment) or mel.shape[1]
        steps = count
    else:
        count = len(gate)
        kind, steps = stop_at(gate, threshold, stop)
    per_step = mel.shape[1] // max(1, count)
    step_seconds, frames = frame_seconds * per_step, steps * per_step
    full_path = follow_attention(alignment, step_seconds)
    end = full_path.end
    allowance = ENDING_SECONDS + end_size(symbols) * full_path.pace * step_seconds
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
        follow_attention(alignment[:steps], step_seconds),
        full_path,
        has_gate,
        has_attention,
    )


def _loud_after(
    mel: np.ndarray, end: int | None, allowance: float, frame_seconds: float, per_step: int
) -> float:
    if end is None or end * per_step >= mel.shape[1]:
        return 0.0
    late = end * per_step + round(allowance / frame_seconds)
    return float((relative_levels(mel)[late:] > -SILENCE_DB).sum() * frame_seconds)
