"""Which denoiser does speech good, and how much? SI-SDR before and after, for noise of four kinds.

    python benchmarks/measure_denoise.py FOLDER of recordings of clean speech [HOW MANY]

Noise of a known size is added to recordings and to synthetic voices, at 20, 10 and 5 dB, and
`voiceprep denoise` is held against the clean speech with either method; so are both where nothing
keeps them from acting, and noisereduce where it is installed. The noise of hum is 50 Hz with
eleven overtones, that of babble six other voices at once.
"""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import fmean

import numpy as np
import soxr
from silence_truth import SOFT_SENTENCES, speak

from voiceprep.audio.denoise import SOX_FULL, DenoiseConfig, _estimate_noise, _treat, denoise
from voiceprep.audio.dither import settle
from voiceprep.audio.files import find_sounds
from voiceprep.audio.silence import find_speech
from voiceprep.audio.sound import Sound, listen
from voiceprep.tools import remove_noise

try:
    import noisereduce
except ImportError:
    noisereduce = None

RATE = 22050
KINDS = ("white", "pink", "babble", "hum")
SNRS_DB = (20, 10, 5)
VOICES = ("slt", "rms", "awb", "en-us", "en-gb+f3", "en-gb+m7")
SPECTRAL, SOX = DenoiseConfig(method="spectral"), DenoiseConfig(method="sox")
STRENGTHS = (0.25, 0.5, 0.75, 1.0)
ALIKE_DB = 100.0

Denoiser = Callable[[Sound], Sound]


def recordings(folder: Path, count: int) -> list[np.ndarray]:
    """So many recordings, from all over the folder."""
    paths = find_sounds(folder).sounds
    picked = [paths[round(at)] for at in np.linspace(0, len(paths) - 1, min(count, len(paths)))]
    sounds = []
    for path in picked:
        source = listen(path).source
        mono = np.concatenate([block.mean(axis=1) for block in source.blocks()])
        sounds.append(soxr.resample(mono, source.rate, RATE))
    return sounds


def synthetic(voice: str, first: int, random: np.random.Generator) -> np.ndarray:
    """Two sentences of a synthetic voice in a very quiet room, 43 dB under the voice."""
    gap = np.zeros(round(0.3 * RATE))
    parts = [gap]
    for sentence in SOFT_SENTENCES[first : first + 2]:
        parts += [speak(voice, sentence), gap]
    spoken = np.concatenate(parts)
    spoken *= 0.07 / np.sqrt(np.mean(spoken**2))
    return (spoken + 5e-4 * random.standard_normal(len(spoken))).astype(np.float32)


def noise_of(kind: str, count: int, random: np.random.Generator, others: list) -> np.ndarray:
    if kind == "white":
        return random.standard_normal(count)
    if kind == "pink":
        spectrum = np.fft.rfft(random.standard_normal(count))
        return np.fft.irfft(spectrum / np.sqrt(np.maximum(np.arange(len(spectrum)), 1)), count)
    if kind == "hum":
        time = np.arange(count) / RATE
        tones = [
            random.uniform(0.2, 1) / number * np.sin(2 * np.pi * (50 * number * time + phase))
            for number, phase in enumerate(random.uniform(0, 1, 12), start=1)
        ]
        return sum(tones) + 0.01 * random.standard_normal(count)
    babble = np.zeros(count)
    for number in random.choice(len(others), 6, replace=False):
        voice = np.resize(others[number], count + len(others[number]))
        start = random.integers(len(others[number]))
        babble += voice[start : start + count] / np.sqrt(np.mean(voice**2))
    return babble


def mixed(clean: np.ndarray, noise: np.ndarray, snr_db: float) -> Sound:
    """Both at the ratio of their powers, as 16 bits hold them."""
    ratio = np.mean(clean.astype(np.float64) ** 2) / np.mean(noise**2)
    samples = clean + np.sqrt(ratio * 10 ** (-snr_db / 10)) * noise
    samples /= max(1.0, np.max(np.abs(samples)) / 0.99)
    return settle(Sound(samples.astype(np.float32), RATE), 16)


def si_sdr(samples: np.ndarray, truth: np.ndarray) -> float:
    """How far the truth, at its best gain, stands above all else in the samples, in dB."""
    samples, truth = (one.astype(np.float64) - np.mean(one) for one in (samples, truth))
    wanted = truth * (samples @ truth) / (truth @ truth)
    rest = samples - wanted
    return min(10 * float(np.log10((wanted @ wanted) / (rest @ rest + 1e-20))), ALIKE_DB)


def spectral_always(sound: Sound) -> Sound:
    """As the spectral method treats a clip whose noise lies 20 dB under its speech, or less."""
    estimate = _estimate_noise(sound, SPECTRAL)
    noise_db = max(estimate.noise_db, estimate.speech_db - 20)
    return settle(_treat(sound, replace(estimate, noise_db=noise_db), SPECTRAL), 16)


def sox_always(sound: Sound) -> Sound:
    noise = pauses(sound)
    if noise is None:
        return sound
    return Sound(remove_noise(sound.samples, noise, RATE, SOX_FULL * SOX.strength), RATE)


def denoisers() -> dict[str, Denoiser]:
    table = {
        "spectral": lambda sound: denoise(sound, SPECTRAL).sound,
        "sox": lambda sound: denoise(sound, SOX).sound,
        "spectral, always": spectral_always,
        "SoX, always": sox_always,
    }
    if noisereduce:
        table["noisereduce"] = peer
    return table


def pauses(sound: Sound) -> np.ndarray | None:
    """What noise there is between the words, None where that is next to nothing."""
    quiet = [sound.samples[start:end] for start, end in find_speech(sound).quiet]
    return np.concatenate(quiet) if sum(map(len, quiet)) >= 2048 else None


def peer(sound: Sound) -> Sound:
    made = noisereduce.reduce_noise(
        sound.samples, sound.rate, stationary=True, y_noise=pauses(sound)
    )
    return Sound(made, RATE)


def measure(sounds: list[tuple[np.ndarray, Sound]], table: dict[str, Denoiser]) -> dict:
    """For the pairs of truth and noisy sound: before, and by method all gains and who was left."""
    row: dict = {"before": [si_sdr(sound.samples, truth) for truth, sound in sounds]}
    for name, method in table.items():
        made = [method(sound) for _, sound in sounds]
        after = [si_sdr(one.samples, truth) for one, (truth, _) in zip(made, sounds, strict=True)]
        left = [one is sound for one, (_, sound) in zip(made, sounds, strict=True)]
        row[name] = (after, left)
    return row


def told(row: dict, name: str) -> str:
    after, left = row[name]
    changed = [value for value in after if value < ALIKE_DB]
    shown = f"{fmean(changed):.1f}" if changed else "as it was"
    return f"{shown} | {100 * fmean(left):.0f} %" if name in ("spectral", "sox") else shown


def counted(rows: list[dict], name: str, forced: str) -> str:
    """How often a method was right to act, and right not to."""
    acted = better = left = worse = 0
    for row in rows:
        for before, after, alone, other in zip(
            row["before"], *row[name], row[forced][0], strict=True
        ):
            acted, better = acted + (not alone), better + (not alone and after > before)
            left, worse = left + alone, worse + (alone and other < before)
    line = f"{name}: acted on {acted} clips, {better} of them the better for it; left {left} alone"
    return f"{line}, {worse} of which it would have made worse"


def by_strength(noisy: list[tuple[np.ndarray, Sound]]) -> None:
    """What strength does: the mean gain over all noisy clips, and how many are left alone."""
    print("| strength | spectral, gain in dB | left | sox, gain in dB | left |")
    print("|---|---|---|---|---|")
    for strength in STRENGTHS:
        cells = []
        for name in ("spectral", "sox"):
            config = DenoiseConfig(method=name, strength=strength)
            row = measure(noisy, {name: lambda sound, c=config: denoise(sound, c).sound})
            gain = fmean(row[name][0]) - fmean(row["before"])
            cells.append(f"{gain:.1f} | {100 * fmean(row[name][1]):.0f} %")
        print(f"| {strength} | {' | '.join(cells)} |", flush=True)


def main() -> None:
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 12
    random = np.random.default_rng(0)
    real = recordings(Path(sys.argv[1]), count - count // 3)
    spoken = [synthetic(VOICES[at % 6], at, random) for at in range(count // 3)]
    others = real + [synthetic(voice, 8 + at, random) for at, voice in enumerate(VOICES)]
    table, rows, noisy = denoisers(), [], []
    print(f"{len(real)} recordings, {len(spoken)} synthetic voices\n")
    names = [f"{name} | left" if name in ("spectral", "sox") else name for name in table]
    print("| noise | added at | before |", " | ".join(names), "|")
    print("|---" * (5 + len(table)) + "|")
    for name, voices in (("none: recordings", real), ("none: synthetic voices", spoken)):
        sounds = [settle(Sound(voice, RATE), 16) for voice in voices]
        rows.append(measure([(sound.samples, sound) for sound in sounds], table))
        print(f"| {name} | | clean |", " | ".join(told(rows[-1], one) for one in table), "|")
    for kind in KINDS:
        for snr_db in SNRS_DB:
            sounds = []
            for at, truth in enumerate(real + spoken):
                apart = [voice for number, voice in enumerate(others) if number != at]
                noise = noise_of(kind, len(truth), random, apart)
                sounds.append((truth, mixed(truth, noise, snr_db)))
            noisy += sounds
            rows.append(measure(sounds, table))
            before = fmean(rows[-1]["before"])
            cells = " | ".join(told(rows[-1], one) for one in table)
            print(f"| {kind} | {snr_db} dB | {before:.1f} | {cells} |", flush=True)
    for name, forced in (("spectral", "spectral, always"), ("sox", "SoX, always")):
        print(f"\n{counted(rows, name, forced)}")
    print()
    by_strength(noisy)


if __name__ == "__main__":
    main()
