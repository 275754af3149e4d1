"""Clips whose ends of speech are known, because they were made: for measuring what finds them.

Hard ends are real speech cut in the middle of a loud sound; soft ends are synthetic voices whose
last sound (f, s, th, h) dies away, and stop ends those whose last sound is a released t, k or p.
There the truth is the last 10 ms frame of the clean voice that is no more than 6 dB under the
noise added. Around all of them lies noise of a known kind.
"""

import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

RATE = 22050
FRAME = RATE // 100
KINDS = ("room", "hiss", "hum", "breath", "clicks")
SNRS_DB = (40, 30, 20, 10)
FLITE = ("slt", "rms", "awb", "kal")
ESPEAK = ("en-us", "en-gb+f3", "en-gb+m7")
# So far under its loudest 10 ms lies a synthetic voice's own floor, 50 dB and more under its peak.
OWN_FLOOR_DB = 42.0
SOFT_SENTENCES = (
    "She walked along the cliff",
    "Have you read this half of it, he said with a laugh",
    "The fish had no teeth",
    "Think of both",
    "Few of them had ever seen the house",
    "He paid for the horse and left us",
    "Somebody had shut the door of the bath",
    "Half of the money went to the south",
    "First we looked at the roof",
    "The ship was safe and the crew was off",
    "That is the sound of breath",
    "Sixteen of the boxes hold glass",
    "Her answer was a long and tired ah",
    "Three of the roads lead north",
    "His voice was rough",
    "See how the boat drifts past the reef",
)
STOP_SENTENCES = (
    "Tell me what you thought of that",
    "Put the cat on the mat",
    "Take the last boat back",
    "Come and look at this book",
    "Please do not let it drop",
    "Pick up the old map",
    "Cut the cake before it gets dark",
    "Today was the first day of the strike",
)


# Makes noise of a kind, so many samples.
Noise = Callable[[str, int, np.random.Generator], np.ndarray]


@dataclass(frozen=True)
class Made:
    """A sound and the truth of it: where speech begins and ends, in seconds."""

    name: str
    ends: str
    kind: str
    snr_db: int
    samples: np.ndarray
    start: float
    end: float


def made_clips(folder: Path, each: int, seed: int) -> Iterator[Made]:
    """`each` clips for every kind of end and of noise and every ratio."""
    random = np.random.default_rng(seed)
    voices = {
        "hard": hard_voices(sorted(folder.glob("*.wav")), random),
        "soft": synthetic_voices(SOFT_SENTENCES, random),
        "stop": synthetic_voices(STOP_SENTENCES, random),
    }
    for ends, source in voices.items():
        for kind in KINDS:
            for snr_db in SNRS_DB:
                for number in range(each):
                    name = f"{ends}-{kind}-{snr_db}-{number}"
                    yield make_clip(name, ends, next(source), kind, snr_db, random)


def hard_voices(
    paths: Sequence[Path], random: np.random.Generator, seconds: tuple[float, float] = (1.2, np.inf)
) -> Iterator[np.ndarray]:
    """Stretches of recordings, longer than the first of `seconds`, cut within loud sounds."""
    while True:
        samples, rate = soundfile.read(paths[random.integers(len(paths))], dtype="float32")
        samples = soxr.resample(samples, rate, RATE)
        levels = frame_levels(samples)
        loud = np.flatnonzero(levels > np.percentile(levels, 95) - 10) * FRAME
        first, last = sorted(random.choice(loud, 2, replace=False))
        if seconds[0] * RATE < last - first < seconds[1] * RATE:
            yield np.array(samples[first:last])


def synthetic_voices(
    sentences: tuple[str, ...], random: np.random.Generator
) -> Iterator[np.ndarray]:
    """Whole sentences of synthetic voices, their own floor taken away."""
    spoken: dict[tuple[str, str], np.ndarray] = {}
    while True:
        voice = str(random.choice([*FLITE, *ESPEAK]))
        sentence = str(random.choice(sentences))
        if (voice, sentence) not in spoken:
            spoken[voice, sentence] = gated(speak(voice, sentence))
        yield spoken[voice, sentence]


def speak(voice: str, sentence: str) -> np.ndarray:
    """A sentence by flite or espeak-ng."""
    path = Path("/dev/shm" if Path("/dev/shm").is_dir() else ".", f".spoken-{voice}.wav")
    command = ["flite", "-voice", voice, "-t", sentence, "-o", str(path)]
    if voice not in FLITE:
        command = ["espeak-ng", "-v", voice, "-s", "150", "-w", str(path), sentence]
    subprocess.run(command, check=True, capture_output=True)
    samples, rate = soundfile.read(path, dtype="float32")
    path.unlink()
    return soxr.resample(samples, rate, RATE, quality="VHQ")


def gated(samples: np.ndarray) -> np.ndarray:
    """The voice from its first to its last frame above its own floor, faded over 3 ms."""
    levels = frame_levels(samples)
    above = np.flatnonzero(levels > levels.max() - OWN_FLOOR_DB)
    voice = np.array(samples[above[0] * FRAME : (above[-1] + 1) * FRAME])
    fade = np.linspace(0, 1, round(0.003 * RATE), dtype=np.float32)
    voice[: len(fade)] *= fade
    voice[-len(fade) :] *= fade[::-1]
    return voice


def make_clip(
    name: str,
    ends: str,
    voice: np.ndarray,
    kind: str,
    snr_db: int,
    random: np.random.Generator,
    steady: Noise | None = None,
) -> Made:
    """The voice within noise, at a level of its own, with what the noise leaves of its ends."""
    lead, tail = (random.uniform(0.15, 1.2, 2) * RATE).astype(int)
    clean = np.concatenate([np.zeros(lead), voice, np.zeros(tail)])
    levels = frame_levels(voice)
    active = levels > levels.max() - 30
    power = np.mean(10 ** (levels[active] / 10))
    noise = (steady or steady_noise)(kind, len(clean), random)
    noise *= np.sqrt(power * 10 ** (-snr_db / 10) / np.mean(noise**2))
    start, end = lead / RATE, (lead + len(voice)) / RATE
    if ends != "hard":
        floor_db = 10 * np.log10(np.mean(noise**2)) - 6
        heard = np.flatnonzero(levels >= floor_db)
        start, end = (lead + heard[0] * FRAME) / RATE, (lead + (heard[-1] + 1) * FRAME) / RATE
    around = (lead, lead + len(voice))
    if kind == "breath":
        noise += breaths(len(clean), around, np.sqrt(power), random)
    if kind == "clicks":
        noise += clicks(len(clean), around, np.sqrt(power), random)
    gain = 10 ** (random.uniform(-32, -12) / 20) / np.sqrt(power)
    samples = np.clip(gain * (clean + noise), -1, 1)
    samples = np.rint(samples * 32767) / 32768
    return Made(name, ends, kind, snr_db, samples.astype(np.float32), start, end)


def steady_noise(kind: str, count: int, random: np.random.Generator) -> np.ndarray:
    """Noise that does not change: a room's rumble, hiss, or mains hum over a little hiss."""
    white = random.standard_normal(count)
    if kind == "hiss":
        return white
    if kind == "hum":
        mains = random.choice([50, 60])
        time = np.arange(count) / RATE
        hum = sum(
            random.uniform(0.2, 1) / number * np.sin(2 * np.pi * (mains * number * time + phase))
            for number, phase in enumerate(random.uniform(0, 1, 8), start=1)
        )
        return hum + 0.03 * white
    spectrum = np.fft.rfft(white)
    hz = np.fft.rfftfreq(count, 1 / RATE)
    return np.fft.irfft(spectrum / np.maximum(hz, 40) ** random.uniform(0.5, 1.0), count)


def breaths(
    count: int, around: tuple[int, int], level: float, random: np.random.Generator
) -> np.ndarray:
    """A breath before the speech, after it, or both: shaped noise, 20 to 34 dB under the voice."""
    sound = np.zeros(count)
    for side in random.choice(["before", "after", "both"], 1):
        for place in ("before", "after"):
            if side not in (place, "both"):
                continue
            size = int(random.uniform(0.2, 0.45) * RATE)
            gap = int(random.uniform(0.12, 0.35) * RATE)
            start = around[0] - gap - size if place == "before" else around[1] + gap
            spectrum = np.fft.rfft(random.standard_normal(size))
            hz = np.fft.rfftfreq(size, 1 / RATE)
            shape = 1 / (1 + (hz / 4500) ** 4) * hz / (hz + 400)
            shape *= 1 + 2 * np.exp(-(((hz - random.uniform(1200, 2200)) / 500) ** 2))
            breath = np.fft.irfft(spectrum * shape, size) * np.hanning(size)
            breath *= level * 10 ** (random.uniform(-34, -20) / 20) / np.sqrt(np.mean(breath**2))
            here = slice(max(start, 0), min(start + size, count))
            if here.stop > here.start:
                sound[here] += breath[here.start - start : here.stop - start]
    return sound


def clicks(
    count: int, around: tuple[int, int], level: float, random: np.random.Generator
) -> np.ndarray:
    """One to four clicks of the mouth or the mouse outside the speech, each a few ms long."""
    sound = np.zeros(count)
    places = [
        place
        for place in random.integers(0, count - 200, 40)
        if place + 1500 < around[0] or place > around[1] + 1200
    ]
    for place in places[: random.integers(1, 5)]:
        size = int(random.uniform(0.001, 0.005) * RATE)
        decay = np.exp(-np.arange(4 * size) / size)
        ring = np.sin(2 * np.pi * random.uniform(800, 5000) * np.arange(4 * size) / RATE)
        click = decay * (ring + 0.3 * random.standard_normal(4 * size))
        here = slice(place, min(place + len(click), count))
        sound[here] += level * 10 ** (random.uniform(-15, 6) / 20) * click[: here.stop - place]
    return sound


def frame_levels(samples: np.ndarray) -> np.ndarray:
    """The level of every 10 ms in dB."""
    count = len(samples) // FRAME
    frames = samples[: count * FRAME].reshape(count, FRAME).astype(np.float64)
    return 10 * np.log10(np.mean(frames**2, axis=1) + 1e-14)
