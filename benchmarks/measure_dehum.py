"""What taking out mains hum does to hum, and to the voice: hum of known size put into clean clips.

python benchmarks/measure_dehum.py FOLDER of recordings of clean speech
"""

import sys
from pathlib import Path

import numpy as np

from voiceprep.audio.dehum import dehum
from voiceprep.audio.faults.hum import inject
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.files import find_sounds
from voiceprep.audio.hum import find_hum
from voiceprep.audio.sound import Sound, read_sound

SIZES_DB = (None, 40, 30, 20, 10)
# Room for the hum, so that nothing clips.
LEVEL = 0.7


def decibels(samples):
    """The power of some samples in dB."""
    return 10 * np.log10(np.mean(np.square(samples, dtype=np.float64)) + 1e-20)


def measure(clean, size_db, seed):
    """The height of hum before and after, the speech's change of level, and what is left over."""
    spoilt = inject(clean, size_db, np.random.default_rng(seed)) if size_db else clean
    after = dehum(spoilt).sound
    spoken = np.zeros(len(clean.samples), bool)
    for start, end in AudioFeatures(clean).speech.spans:
        spoken[round(start * clean.rate) : round(end * clean.rate)] = True
    speech_db = decibels(clean.samples[spoken])
    return (
        find_hum(spoilt).height_db,
        find_hum(after).height_db,
        abs(decibels(after.samples[spoken]) - speech_db),
        decibels((after.samples - clean.samples)[spoken]) - speech_db,
    )


def main():
    """A row for every size of hum."""
    found = [read_sound(path) for path in find_sounds(Path(sys.argv[1])).sounds]
    clips = [Sound(sound.samples * np.float32(LEVEL), sound.rate) for sound in found]
    print(f"{len(clips)} clips")
    for size_db in SIZES_DB:
        rows = np.array([measure(clip, size_db, seed) for seed, clip in enumerate(clips)])
        before, after, _, left = np.median(rows, axis=0)
        _, highest, most, worst = np.max(rows, axis=0)
        cells = (
            f"{before:.1f} | {after:.1f} | {highest:.1f} | {most:.3f} dB | {left:.0f} | {worst:.0f}"
        )
        print(f"| {size_db or 'none'} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
