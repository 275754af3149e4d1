"""How near loudness and true peak are to ffmpeg's meter, and how alike clips are once levelled.

    python benchmarks/bench_loudness.py FOLDER of wavs

The clips are those of the folder, at 16,000, 22,050, 24,000, 44,100 and 48,000 Hz; ffmpeg's
ebur128 filter is asked for its metadata, which it gives to 0.001 LU.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
import soundfile
import soxr
from pydub import AudioSegment, effects
from pyloudnorm import Meter

from voiceprep.audio.dither import settle, write_sound
from voiceprep.audio.loudness import LoudnessConfig, level, measure_loudness
from voiceprep.audio.sound import Sound, read_sound

RATES = (16000, 22050, 24000, 44100, 48000)
SHORTEST_SECONDS = 3.0
SHORT_SECONDS = (0.4, 0.5, 0.7, 1.0, 1.5)
TARGET_LUFS, PEAK_DBTP = -23.0, -1.0
Reading = tuple[float, float]


def by_ffmpeg(path: Path) -> Reading:
    filters = "ebur128=metadata=1:peak=true,ametadata=mode=print:file=-"
    command = ["ffmpeg", "-v", "error", "-nostdin", "-i", path, "-af", filters, "-f", "null", "-"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    loudness = float(re.findall(r"r128\.I=(\S+)", told)[-1])
    peak = max(map(float, re.findall(r"true_peaks_ch0=(\S+)", told)))
    return loudness, 20 * np.log10(peak)


def by_voiceprep(path: Path) -> Reading:
    told = measure_loudness(read_sound(path))
    return told.lufs, told.true_peak_dbtp


def by_pyloudnorm(filter_class: str) -> Callable[[Path], Reading]:
    def measure(path: Path) -> Reading:
        samples, rate = soundfile.read(path)
        loudness = Meter(rate, filter_class=filter_class).integrated_loudness(samples)
        return loudness, 20 * np.log10(np.abs(samples).max())

    return measure


METERS = {
    "voiceprep": by_voiceprep,
    "pyloudnorm, DeMan; sample peak": by_pyloudnorm("DeMan"),
    "pyloudnorm, its default; sample peak": by_pyloudnorm("K-weighting"),
    "ffmpeg ebur128": by_ffmpeg,
}


def cpu_seconds() -> float:
    return sum(os.times()[:4])


def row(*cells: object) -> None:
    print(f"| {' | '.join(map(str, cells))} |", flush=True)


def at_rates(source: Path, folder: Path) -> dict[int, list[Path]]:
    """The clips of 3 s and more, at every rate."""
    made: dict[int, list[Path]] = {rate: [] for rate in RATES}
    for path in sorted(source.glob("*.wav")):
        sound = read_sound(path)
        if sound.seconds < SHORTEST_SECONDS:
            continue
        for rate in RATES:
            samples = soxr.resample(sound.samples, sound.rate, rate, quality="VHQ")
            made[rate].append(folder / f"{path.stem}-{rate}.wav")
            write_sound(made[rate][-1], settle(Sound(samples.clip(-1, 1), rate), 16), 16)
    return made


def compare_meters(clips: dict[int, list[Path]]) -> None:
    paths = [path for rate in RATES for path in clips[rate]]
    seconds = sum(soundfile.info(path).duration for path in paths)
    truth = np.array([by_ffmpeg(path) for path in paths])
    row("meter", "LU off: median", "most", "dB of peak off: median", "most", "times real time")
    row(*(6 * ["---"]))
    for name, measure in METERS.items():
        start = cpu_seconds()
        off = np.abs(np.array([measure(path) for path in paths]) - truth)
        speed = seconds / (cpu_seconds() - start)
        figures = [f"{value:.3f}" for each in off.T for value in (np.median(each), each.max())]
        row(name, *figures, f"{speed:.0f}")
    row("goal", "", 0.1, "", 0.2, "")
    print()


def compare_short(paths: list[Path], folder: Path) -> None:
    """How near shorter clips are: one cut out of the middle of each."""
    row("seconds", "LU off: median", "most")
    row(*(3 * ["---"]))
    for seconds in SHORT_SECONDS:
        off = []
        for path in paths:
            sound = read_sound(path)
            start = len(sound.samples) // 2
            cut = Sound(sound.samples[start : start + round(seconds * sound.rate)], sound.rate)
            write_sound(folder / "cut.wav", cut, 16)
            off.append(abs(by_voiceprep(folder / "cut.wav")[0] - by_ffmpeg(folder / "cut.wav")[0]))
        row(seconds, f"{np.median(off):.3f}", f"{max(off):.3f}")
    print()


def levelled(target_lufs: float, limit: bool = False) -> Callable[[Path, Path], None]:
    config = LoudnessConfig(target_lufs, PEAK_DBTP, limit)

    def make(source: Path, target: Path) -> None:
        write_sound(target, settle(level(read_sound(source), config).sound, 16), 16)

    return make


def by_call(*command: str) -> Callable[[Path, Path], None]:
    def make(source: Path, target: Path) -> None:
        names = {"IN": str(source), "OUT": str(target)}
        subprocess.run([names.get(word, word) for word in command], check=True)

    return make


def by_pydub(source: Path, target: Path) -> None:
    effects.normalize(AudioSegment.from_wav(source)).export(target, format="wav")


LOUDNORM = f"loudnorm=I={TARGET_LUFS:g}:TP={PEAK_DBTP:g}"
LEVELLERS = {
    "as they were": lambda source, target: target.write_bytes(source.read_bytes()),
    "voiceprep": levelled(TARGET_LUFS),
    "voiceprep --target -16": levelled(-16.0),
    "voiceprep --target -16 --limit": levelled(-16.0, limit=True),
    "ffmpeg loudnorm, once": by_call(
        *("ffmpeg", "-v", "error", "-y", "-i", "IN", "-af", LOUDNORM, "-ar", "22050", "OUT")
    ),
    "sox norm -3": by_call("sox", "IN", "OUT", "norm", "-3"),
    "pydub normalize": by_pydub,
}


def compare_levels(paths: list[Path], folder: Path) -> None:
    """How alike clips of very different levels are afterwards."""
    random = np.random.default_rng(0)
    mixed = []
    for path in paths:
        sound = read_sound(path)
        peak = float(np.abs(sound.samples).max())
        gain = min(10 ** (random.uniform(-25, 12) / 20), 0.99 / peak)
        mixed.append(folder / f"mixed-{path.name}")
        write_sound(mixed[-1], settle(Sound(sound.samples * np.float32(gain), sound.rate), 16), 16)
    row("levelled by", "LUFS: least", "most", "spread", "dBTP: most")
    row(*(5 * ["---"]))
    for name, make in LEVELLERS.items():
        readings = []
        for path in mixed:
            target = folder / "out.wav"
            make(path, target)
            readings.append(by_ffmpeg(target))
        lufs, peaks = np.array(readings).T
        row(
            name,
            f"{lufs.min():.1f}",
            f"{lufs.max():.1f}",
            f"{lufs.std():.2f}",
            f"{peaks.max():.1f}",
        )


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        clips = at_rates(Path(sys.argv[1]), Path(name))
        count = sum(map(len, clips.values()))
        print(f"{count} clips of {SHORTEST_SECONDS:g} s and more; off from ffmpeg's ebur128\n")
        compare_meters(clips)
        compare_short(clips[22050], Path(name))
        compare_levels(clips[22050], Path(name))


if __name__ == "__main__":
    main()
