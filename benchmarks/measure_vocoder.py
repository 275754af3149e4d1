"""How well are recordings understood that a vocoder spoke? Spectra, STOI and recognised words.

    pip install pocketsphinx pystoi jiwer
    python benchmarks/measure_vocoder.py RECORDINGS TEXTS SPOKEN [SPOKEN ...]

RECORDINGS is a folder of wavs, TEXTS a list of `id|text`, each SPOKEN a folder of wavs named as the
recordings are, the same made anew from their mels. Beside them stands noise in the shape of the
recordings' own spectra, five times over: what a vocoder comes to that knows the level of every band
and nothing of the voice. The log-spectral distance is taken with windows of 23 ms; STOI is that of
Taal et al. 2011; wrong words are those left out, put in and mistaken by pocketsphinx and its own
English.
"""

import re
import sys
from pathlib import Path

import jiwer
import numpy as np
import soundfile
import soxr
from pocketsphinx import Decoder
from pystoi import stoi
from scipy.signal import istft, stft

from voiceprep.audio.stft import StftConfig
from voiceprep.train.waveglow.evaluator import spectral_distance_db

HEARD_HZ = 16000
NOISES = 5

Sounds = dict[str, tuple[np.ndarray, int]]
"""The samples and the rate of each recording."""


def words_of(text: str) -> str:
    return " ".join(re.findall(r"[a-z']+", text.lower()))


def hear(samples: np.ndarray, rate: int) -> str:
    sound = soxr.resample(samples, rate, HEARD_HZ)
    sound = np.pad(0.7 * sound / max(np.abs(sound).max(), 1e-9), HEARD_HZ // 4)
    decoder = Decoder(samprate=HEARD_HZ, loglevel="FATAL")
    decoder.start_utt()
    decoder.process_raw((sound * 32767).astype("<i2").tobytes(), full_utt=True)
    decoder.end_utt()
    return decoder.hyp().hypstr if decoder.hyp() else ""


def shaped_noise(samples: np.ndarray, rate: int, seed: int) -> np.ndarray:
    sizes = {"fs": rate, "nperseg": 256 * rate // 11025, "noverlap": 192 * rate // 11025}
    noise = np.random.default_rng(seed).standard_normal(len(samples))
    spectra = stft(noise, **sizes)[2]
    shaped = spectra / np.abs(spectra).mean() * np.abs(stft(samples, **sizes)[2])
    return istft(shaped, **sizes)[1][: len(samples)].astype(np.float32)


def measure(name: str, texts: dict[str, str], recordings: Sounds, spoken: Sounds) -> None:
    print(name)
    for id, text in texts.items():
        (recorded, rate), (samples, _) = recordings[id], spoken[id]
        length, window = min(len(recorded), len(samples)), 256 * rate // 11025
        recorded, samples = recorded[:length], samples[:length]
        spectra = StftConfig(rate, window, window // 4, window)
        distance = spectral_distance_db(samples, recorded, spectra)
        heard = hear(samples, rate)
        found = jiwer.process_words(text, heard)
        wrong = found.substitutions + found.deletions + found.insertions
        words = f"{wrong:2} of {len(text.split())} words wrong"
        likeness = f"{distance:4.1f} dB  STOI {stoi(recorded, samples, rate):.2f}"
        print(f"  {id}  {likeness}  {words}: {heard}", flush=True)


def main() -> None:
    recordings, told, *folders = map(Path, sys.argv[1:])
    rows = (line.split("|") for line in told.read_text(encoding="utf-8").splitlines())
    texts = {row[0]: words_of(row[-1]) for row in rows}
    texts = {id: texts[id] for id in texts if all((f / f"{id}.wav").is_file() for f in folders)}

    def read(folder: Path) -> Sounds:
        return {id: soundfile.read(folder / f"{id}.wav", dtype="float32") for id in texts}

    recorded = read(recordings)
    measure("recordings", texts, recorded, recorded)
    for folder in folders:
        measure(str(folder), texts, recorded, read(folder))
    for seed in range(NOISES):
        noise = {id: (shaped_noise(x, rate, seed), rate) for id, (x, rate) in recorded.items()}
        measure(f"noise {seed}", texts, recorded, noise)


main()
