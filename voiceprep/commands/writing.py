"""A spoken text in files: a wav, arrays, and a picture of each of its parts."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np

from ..audio.dither import settle, write_sound
from ..disk import Stamp, date, replacing
from ..report.plots import draw_alignment
from ..train.infer import Speech
from ..train.looking import said_of
from ..train.speaker import BITS, Speaker, Spoken

T = TypeVar("T")


def write_spoken(
    said: Spoken,
    wav: Path,
    speaker: Speaker,
    base_ns: int,
    note: Callable[[Stamp, list[str]], T],
) -> T:
    """Write `wav`, and beside it its npz and pictures; the wav comes last.

    The wav's time is `base_ns` and a fraction that its content decides. `note` is called with its
    stamp and the pictures' names before any of them is there.
    """
    pictures = _pictures(wav.stem, len(said.speeches))
    with replacing(wav) as sound, replacing(wav.with_name(f"{wav.stem}.npz")) as arrays:
        write_sound(sound, settle(said.sound, BITS), BITS)
        _save_arrays(arrays, said)
        noted = note(date(sound, base_ns), pictures)
        for speech, picture in zip(said.speeches, pictures, strict=True):
            _draw(speech, wav.with_name(picture), speaker)
    return noted


def _pictures(name: str, parts: int) -> list[str]:
    """The names of a text's pictures: one for each part."""
    if parts == 1:
        return [f"{name}.png"]
    width = len(str(parts))
    return [f"{name}.part-{part:0{width}}.png" for part in range(1, parts + 1)]


def _save_arrays(path: Path, said: Spoken) -> None:
    """The mel (M, T) of the whole, and of its parts what docs/infer.md tells, padded with zeros."""
    parts = said.speeches
    steps = [len(speech.gate) for speech in parts]
    symbols = [len(speech.sentence.ids) for speech in parts]
    alignment = np.zeros((len(parts), max(steps), max(symbols)), np.float32)
    gate = np.zeros((len(parts), max(steps)), np.float32)
    for place, speech in enumerate(parts):
        alignment[place, : steps[place], : symbols[place]] = speech.alignment
        gate[place, : steps[place]] = speech.gate
    with open(path, "wb") as file:
        np.savez_compressed(
            file,
            mel=said.mel,
            alignment=alignment,
            gate=gate,
            steps=steps,
            symbols=symbols,
            starts=said.starts,
            stops=said.stops,
            texts=[speech.sentence.text for speech in parts],
        )


def _draw(speech: Speech, path: Path, speaker: Speaker) -> None:
    mel = speaker.voice.mel
    seconds = mel.hop_length / mel.rate
    draw_alignment(said_of(speech), path, speaker.infer.gate_threshold, seconds)
