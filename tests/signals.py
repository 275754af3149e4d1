"""Every sound that the tests need, made here and of known truth."""

import subprocess
from pathlib import Path

import numpy as np
import soundfile

RATE = 22050


def tone(seconds=1.0, hz=440.0, level=0.5, rate=RATE):
    """A sine of the given peak."""
    turns = np.arange(round(seconds * rate)) * hz / rate
    return (level * np.sin(2 * np.pi * turns)).astype(np.float32)


def noise(seconds=1.0, level=0.1, rate=RATE, seed=0):
    """White noise of the given standard deviation."""
    random = np.random.default_rng(seed)
    return (level * random.standard_normal(round(seconds * rate))).astype(np.float32)


def sweep(seconds=2.0, rate=RATE, level=0.4):
    """A chirp that swells and fades, so that no two moments of it are alike."""
    time = np.arange(round(seconds * rate)) / rate
    swell = 0.6 - 0.4 * np.cos(2 * np.pi * 1.7 * time)
    return (level * swell * np.sin(2 * np.pi * (150 + 200 * time) * time)).astype(np.float32)


def speech(seconds=3.0, rate=RATE, seed=0):
    """Voiced words with formants, hissed consonants between them and pauses after each."""
    random = np.random.default_rng(seed)
    time = np.arange(round(seconds * rate)) / rate
    pitch = 120 * (1 + 0.1 * np.sin(2 * np.pi * 0.7 * time))
    turns = np.cumsum(pitch) / rate
    voiced = sum(
        np.exp(-(((120 * number - 600) / 900) ** 2)) * np.sin(2 * np.pi * number * turns)
        for number in range(1, 40)
        if 140 * number < rate / 2
    )
    place = (1.6 * time) % 1
    hissed = 0.3 * random.standard_normal(len(time)) * (place > 0.5)
    words = np.sin(np.pi * np.minimum(place / 0.7, 1)) ** 2
    return (0.1 * (voiced + hissed) * words).astype(np.float32)


def stereo(left, right):
    """Two sides as one sound of two channels."""
    return np.stack([left, right], axis=1)


def write(path, samples, rate=RATE, subtype="PCM_16"):
    """Write a sound of any kind that libsndfile knows; the path."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, samples, rate, subtype=subtype)
    return path


def write_mp3(path, samples, rate=44100, *options):
    """Encode an mp3 with LAME through ffmpeg; the path."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    channels = 1 if samples.ndim == 1 else samples.shape[1]
    command = ["ffmpeg", "-v", "error", "-y", "-f", "f32le", "-ac", str(channels), "-ar", str(rate)]
    command += ["-i", "pipe:0", "-c:a", "libmp3lame", *options, str(path)]
    data = np.ascontiguousarray(samples, np.float32).tobytes()
    subprocess.run(command, input=data, check=True)
    return path


def read(path):
    """The samples of a wav as whole numbers of 16 bits."""
    return soundfile.read(path, dtype="int16")[0]


def lag(samples, truth):
    """By how many samples a sound comes later than its truth."""
    size = 1 << int(len(samples) + len(truth)).bit_length()
    product = np.fft.rfft(samples, size) * np.conj(np.fft.rfft(truth, size))
    place = int(np.argmax(np.fft.irfft(product, size)))
    return place if place < size // 2 else place - size


def hiss(seconds=0.2, level=0.01, rate=RATE, seed=0):
    """A dying f or s: noise above 3 kHz that fades away."""
    white = noise(seconds, 1.0, rate, seed)
    spectrum = np.fft.rfft(white) * (np.fft.rfftfreq(len(white), 1 / rate) > min(3000, rate / 4))
    fade = np.linspace(1, 0, len(white)) ** 0.5
    sound = np.fft.irfft(spectrum, len(white))
    return (level * fade * sound / np.std(sound)).astype(np.float32)


def said(seconds=1.2, level=0.1, rate=RATE, pitch_hz=120.0):
    """One voiced stretch that begins and ends at once, of the given standard deviation."""
    time = np.arange(round(seconds * rate)) / rate
    voice = sum(
        np.exp(-(((pitch_hz * number - 600) / 900) ** 2))
        * np.sin(2 * np.pi * pitch_hz * number * time * (1 + 0.02 * time))
        for number in range(1, 40)
        if 1.3 * pitch_hz * number < rate / 2
    )
    swell = 1 + 0.5 * np.sin(2 * np.pi * 4 * time)
    voice = voice * swell
    return (level * voice / np.std(voice)).astype(np.float32)


def placed(parts, seconds, rate=RATE, room=3e-4, seed=0):
    """Sounds at their places, in seconds, within a room's noise."""
    sound = noise(seconds, room, rate, seed) if room else np.zeros(round(seconds * rate), "f4")
    for start, part in parts:
        at = round(start * rate)
        sound[at : at + len(part)] += part[: len(sound) - at]
    return sound


def asymmetric(seconds=2.0, rate=RATE, room=3e-4):
    """A voice whose waves reach further up than down: its mean is not zero, its pauses are."""
    clip = placed([(0.4, said(rate=rate))], seconds, rate, room)
    return clip + clip**2
