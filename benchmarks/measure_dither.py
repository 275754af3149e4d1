"""Is dither a good thing? What it does to the noise floor, to the mel and to the size as flac.

    python benchmarks/measure_dither.py FOLDER of recordings

Each recording is resampled to 22,050 Hz and written with 16 bits, with TPDF dither and without;
both are held against the resampled samples before they were made whole numbers.
"""

import io
import sys
from pathlib import Path
from statistics import median

import numpy as np
import soundfile

from voiceprep.audio.convert import resample
from voiceprep.audio.dither import quantize
from voiceprep.audio.files import find_sounds
from voiceprep.audio.mel import MelConfig, log_mel
from voiceprep.audio.sound import listen

CONFIG = MelConfig()
FLOOR = float(np.log(CONFIG.log_floor))


def resampled(path: Path) -> np.ndarray:
    source = listen(path).source
    mono = (block.mean(axis=1) for block in source.blocks())
    return np.concatenate(list(resample(mono, source.rate, CONFIG.rate)))


def whole(samples: np.ndarray, dithered: bool) -> np.ndarray:
    noise = np.random.Generator(np.random.SFC64(0)) if dithered else None
    return quantize(samples, 16, noise).astype(np.float32) / 2**15


def decibels(power: float) -> float:
    return 10 * float(np.log10(max(power, 1e-20)))


def tone_error(dithered: bool) -> tuple[float, float]:
    """For a tone of one step: the error's power, and its strongest single frequency; dBFS."""
    turns = np.arange(10 * CONFIG.rate) * 440 / CONFIG.rate
    tone = (np.sin(2 * np.pi * turns) * 2.0**-15).astype(np.float32)
    error = whole(tone, dithered) - tone
    window = np.hanning(len(error))
    spectrum = np.abs(np.fft.rfft(error * window)) / (window.sum() / 2)
    return decibels(float(np.mean(error**2))), decibels(float(spectrum.max() ** 2) / 2)


def flac_bytes(samples: np.ndarray) -> int:
    memory = io.BytesIO()
    soundfile.write(memory, samples, CONFIG.rate, subtype="PCM_16", format="FLAC")
    return len(memory.getvalue())


def measure(sounds: list[np.ndarray], dithered: bool) -> dict[str, str]:
    errors, loud, quiet, at_floor, sizes = [], [], [], [], []
    silence = log_mel(whole(np.zeros(CONFIG.rate, np.float32), dithered), CONFIG)
    for samples in sounds:
        made = whole(samples, dithered)
        errors.append(float(np.mean((made - samples) ** 2)))
        true, mel = log_mel(samples, CONFIG), log_mel(made, CONFIG)
        off, level = np.abs(mel - true), true.mean(axis=0)
        loud.append(off[:, level > np.median(level)].mean())
        quiet.append(off[:, level <= np.quantile(level, 0.1)].mean())
        at_floor.append(np.mean(mel <= FLOOR + 1e-6))
        sizes.append(flac_bytes(made) / (len(made) * 2))
    power, spur = tone_error(dithered)
    return {
        "noise added, median, dBFS": f"{decibels(median(errors)):.1f}",
        "a tone of one step, 440 Hz: error, dBFS": f"{power:.1f}",
        "… its strongest overtone, dBFS": f"{spur:.1f}",
        "digital silence: mean of the log mel (floor −11.51)": f"{silence.mean():.2f}",
        "log mel off by, louder half of the frames": f"{np.mean(loud):.5f}",
        "log mel off by, quietest tenth of the frames": f"{np.mean(quiet):.5f}",
        "share of the mel at its floor": f"{np.mean(at_floor):.4f}",
        "flac, share of the wav's size": f"{np.mean(sizes):.4f}",
    }


def main() -> None:
    sounds = [resampled(path) for path in find_sounds(Path(sys.argv[1])).sounds]
    table = {name: measure(sounds, name == "dither") for name in ("dither", "no dither")}
    print(f"{len(sounds)} recordings, {sum(map(len, sounds)) / CONFIG.rate:.0f} seconds\n")
    print("| | dither | no dither |")
    print("|---|---|---|")
    for row in table["dither"]:
        print(f"| {row} | {table['dither'][row]} | {table['no dither'][row]} |")


if __name__ == "__main__":
    main()
