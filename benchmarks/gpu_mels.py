"""Makes the mels that gpu.py trains on: two synthetic voices, spoken by espeak-ng.

    python benchmarks/gpu_mels.py FILE.npz --megabytes 40

The sentences are words of voiceprep's own sentences in random order, three to eight of each: short
ones make many steps a minute. The file holds, for each voice of VOICES: NAME_texts, NAME_frames of
each, and NAME_mels, all side by side, (80, frames), as float16.
"""

import argparse
import subprocess
import tempfile
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import numpy as np
import soundfile

from voiceprep.audio.mel import MelConfig, log_mel

# espeak-ng's name of each voice, and how many clips of it there are at most.
VOICES = {"first": ("en-us", 5000), "second": ("en-gb+f3", 40)}
# Silence left at both ends, in samples, and the level below which it is silence.
MARGIN, SILENCE = 1024, 0.005


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path)
    parser.add_argument("--megabytes", type=float, required=True)
    options = parser.parse_args()
    arrays: dict[str, np.ndarray] = {}
    left = options.megabytes * 1e6
    for number, (name, (voice, most)) in enumerate(reversed(VOICES.items())):
        texts, mels = [], []
        for text in sentences(number):
            if left <= 0 or len(texts) == most:
                break
            texts.append(text)
            mels.append(log_mel(spoken(text, voice), MelConfig()).astype(np.float16))
            left -= mels[-1].nbytes
        arrays |= {
            f"{name}_texts": np.array(texts),
            f"{name}_frames": np.array([mel.shape[1] for mel in mels]),
            f"{name}_mels": np.concatenate(mels, 1),
        }
        seconds = arrays[f"{name}_frames"].sum() * 256 / 22050
        print(f"{name}: {len(texts)} sentences, {seconds / 60:.1f} minutes")
    np.savez(options.file, **arrays)


def sentences(seed: int) -> Iterator[str]:
    listed = (files("voiceprep.text") / "sentences.txt").read_text(encoding="utf-8")
    words = sorted({word.strip('.,;:!?"').lower() for word in listed.split()} - {""})
    random = np.random.default_rng(seed)
    while True:
        chosen = random.choice(words, random.integers(3, 9))
        yield " ".join(chosen).capitalize() + "."


def spoken(text: str, voice: str) -> np.ndarray:
    """A sentence, float32 samples at 22,050 Hz, with little silence around it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spoken.wav"
        subprocess.run(["espeak-ng", "-v", voice, "-w", path, text], check=True)
        samples, rate = soundfile.read(path, dtype="float32")
    if rate != MelConfig().rate:
        raise SystemExit(f"espeak-ng speaks at {rate} Hz, not {MelConfig().rate}")
    loud = np.flatnonzero(np.abs(samples) > SILENCE)
    cut: np.ndarray = samples[max(0, loud[0] - MARGIN) : loud[-1] + MARGIN]
    return cut


if __name__ == "__main__":
    main()
