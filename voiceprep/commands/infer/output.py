"""Writes an utterance to files: a wav, arrays, and a picture of each of its parts."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from ...audio.dither import settle, write_sound
from ...files import Stamp, date, replacing
from ...report.plots import draw_alignment
from ...train.speech.acoustic import SynthesisResult, alignment_plot
from ...train.speech.synthesizer import BITS, Synthesizer, Utterance

T = TypeVar("T")


def write_utterance(
    spoken: Utterance,
    wav: Path,
    synthesizer: Synthesizer,
    base_ns: int,
    note: Callable[[Stamp, list[str]], T],
) -> T:
    """Write `wav`, and its npz and pictures next to it; the wav is written last.

    The wav's mtime is `base_ns` plus a fraction that depends on its content. `note` is called with
    its stamp and the names of the pictures before any of them exists.
    """
    pictures = _pictures(wav.stem, len(spoken.speeches))
    with replacing(wav) as sound, replacing(wav.with_name(f"{wav.stem}.npz")) as arrays:
        write_sound(sound, settle(spoken.sound, BITS), BITS)
        _save_arrays(arrays, spoken)
        outcome = note(date(sound, base_ns), pictures)
        for result, picture in zip(spoken.speeches, pictures, strict=True):
            _draw(result, wav.with_name(picture), synthesizer)
    return outcome


def _pictures(name: str, parts: int) -> list[str]:
    """The names of a text's pictures: one for each part."""
    if parts == 1:
        return [f"{name}.png"]
    width = len(str(parts))
    return [f"{name}.part-{part:0{width}}.png" for part in range(1, parts + 1)]


def _save_arrays(path: Path, spoken: Utterance) -> None:
    """The mel (M, T) of the text, and the arrays of its parts in docs/infer.md, zero-padded.

    There is no array of attention or gates for a model without them.
    """
    parts = spoken.speeches
    steps = [result.steps for result in parts]
    symbols = [len(result.sentence.ids) for result in parts]
    arrays: dict[str, Any] = {"mel": spoken.mel}
    alignment = np.zeros((len(parts), max(steps), max(symbols)), np.float32)
    gate = np.zeros((len(parts), max(steps)), np.float32)
    for place, result in enumerate(parts):
        if result.alignment is not None:
            alignment[place, : steps[place], : symbols[place]] = result.alignment
            arrays["alignment"] = alignment
        if result.gate is not None:
            gate[place, : steps[place]] = result.gate
            arrays["gate"] = gate
    arrays |= {"steps": steps, "symbols": symbols, "starts": spoken.starts, "stops": spoken.stops}
    arrays["texts"] = [result.sentence.text for result in parts]
    with open(path, "wb") as file:
        np.savez_compressed(file, **arrays)


def _draw(result: SynthesisResult, path: Path, synthesizer: Synthesizer) -> None:
    mel = synthesizer.frontend.mel
    seconds = mel.hop_length / mel.rate
    threshold = synthesizer.infer.gate_threshold
    draw_alignment(alignment_plot(result), path, threshold, seconds)
