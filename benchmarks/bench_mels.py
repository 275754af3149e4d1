"""How fast the mel spectrogram is, on one thread, beside three other ways to compute it.

    python benchmarks/bench_mels.py [FOLDER of wavs at 22050 Hz]

Without a folder the sound is made: 134 clips, 31 minutes. All contestants take each clip in
turn, round after round, so that what else the machine does strikes all of them alike.
"""

import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

import librosa
import numpy as np
import scipy.signal
import soundfile
import torch
from threadpoolctl import threadpool_limits

from voiceprep.audio.mel import MelConfig, log_mel, mel_filters

CONFIG = MelConfig()
CLIPS = 134
ROUNDS = 7

Contestant = Callable[[np.ndarray], np.ndarray]


def ours(samples: np.ndarray) -> np.ndarray:
    return log_mel(samples, CONFIG)


def by_convolution() -> Contestant:
    """The transform as a convolution with windowed waves, the way NVIDIA's Tacotron 2 does it."""
    length, hop = CONFIG.fft_length, CONFIG.hop_length
    waves = np.fft.rfft(np.eye(length)).T * scipy.signal.get_window("hann", length)
    basis = torch.from_numpy(np.concatenate((waves.real, waves.imag))[:, None]).float()
    filters, bins = torch.from_numpy(mel_filters(CONFIG)).float(), len(waves)

    def mel(samples: np.ndarray) -> np.ndarray:
        sound = torch.from_numpy(samples)[None, None]
        padded = torch.nn.functional.pad(sound, (length // 2, length // 2), mode="reflect")
        spectrum = torch.nn.functional.conv1d(padded, basis, stride=hop)[0]
        sizes = torch.sqrt(spectrum[:bins] ** 2 + spectrum[bins:] ** 2)
        return torch.log(torch.clamp(filters @ sizes, min=CONFIG.log_floor)).numpy()

    return mel


def by_torch() -> Contestant:
    window = torch.hann_window(CONFIG.win_length)
    filters = torch.from_numpy(mel_filters(CONFIG)).float()

    def mel(samples: np.ndarray) -> np.ndarray:
        spectrum = torch.stft(
            torch.from_numpy(samples),
            CONFIG.fft_length,
            CONFIG.hop_length,
            CONFIG.win_length,
            window,
            return_complex=True,
        )
        return torch.log(torch.clamp(filters @ spectrum.abs(), min=CONFIG.log_floor)).numpy()

    return mel


def by_librosa(samples: np.ndarray) -> np.ndarray:
    mel = librosa.feature.melspectrogram(
        y=samples,
        sr=CONFIG.rate,
        n_fft=CONFIG.fft_length,
        hop_length=CONFIG.hop_length,
        pad_mode="reflect",
        power=1.0,
        n_mels=CONFIG.mel_channels,
        fmin=CONFIG.fmin_hz,
        fmax=CONFIG.fmax_hz,
    )
    return np.log(np.maximum(mel, CONFIG.log_floor))


def made_clips() -> list[np.ndarray]:
    """Noise with the slope of speech that swells and fades four times a second."""
    random = np.random.default_rng(0)
    clips = []
    for seconds in random.uniform(3.0, 25.0, CLIPS):
        count = int(seconds * CONFIG.rate)
        hiss = scipy.signal.lfilter([0.02], [1.0, -0.9], random.standard_normal(count))
        swell = 0.5 - 0.5 * np.cos(2 * np.pi * 4 * np.arange(count) / CONFIG.rate)
        clips.append((hiss * swell).clip(-1, 1).astype(np.float32))
    return clips


def read_clips(folder: Path) -> list[np.ndarray]:
    return [soundfile.read(path, dtype="float32")[0] for path in sorted(folder.glob("*.wav"))]


def race(clips: list[np.ndarray], contestants: dict[str, Contestant]) -> dict[str, list[float]]:
    """The seconds that each contestant took for all clips, round by round."""
    for mel in contestants.values():
        mel(clips[0])
    taken: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(ROUNDS):
        spent = dict.fromkeys(contestants, 0.0)
        for clip in clips:
            for name, mel in contestants.items():
                start = perf_counter()
                mel(clip)
                spent[name] += perf_counter() - start
        for name, seconds in spent.items():
            taken[name].append(seconds)
    return taken


def show(clips: list[np.ndarray], contestants: dict[str, Contestant]) -> None:
    taken, first = race(clips, contestants), ours(clips[0])
    frames = sum(1 + len(clip) // CONFIG.hop_length for clip in clips)
    minutes = sum(map(len, clips)) / CONFIG.rate / 60
    print(f"{len(clips)} clips, {minutes:.1f} minutes, one thread, median of {ROUNDS} rounds")
    print(f"Python {platform.python_version()}, numpy {np.__version__}, torch {torch.__version__},")
    print(f"librosa {librosa.__version__}, {platform.machine()}\n")
    print("| mel by | seconds | µs a frame | times ours (lowest to highest round) | off by |")
    print("|---|---|---|---|---|")
    for name, mel in contestants.items():
        seconds = median(taken[name])
        ratios = [one / own for one, own in zip(taken[name], taken["voiceprep"], strict=True)]
        spread = f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
        off = np.abs(mel(clips[0]) - first).max()
        print(f"| {name} | {seconds:.3f} | {seconds / frames * 1e6:.2f} | {spread} | {off:.1e} |")


def show_command(clips: list[np.ndarray]) -> None:
    """The whole command from start to exit, on one thread and on two."""
    seconds = sum(map(len, clips)) / CONFIG.rate
    with tempfile.TemporaryDirectory() as name:
        for number, clip in enumerate(clips):
            path = Path(name, "wavs", f"clip{number:03d}.wav")
            path.parent.mkdir(exist_ok=True)
            soundfile.write(path, clip, CONFIG.rate, subtype="PCM_16")
        for jobs in (1, 2):
            command = [sys.executable, "-m", "voiceprep", "mels", "-f", "-q", "-d", name]
            rounds = []
            for _ in range(ROUNDS):
                start = perf_counter()
                subprocess.run([*command, "-j", str(jobs)], check=True)
                rounds.append(perf_counter() - start)
            speed = seconds / median(rounds) / jobs
            told = f"{median(rounds):.2f} s, {speed:.0f} times real time a core"
            print(f"\n`voiceprep mels -j {jobs}`: {told}")


def main() -> None:
    clips = read_clips(Path(sys.argv[1])) if len(sys.argv) > 1 else made_clips()
    torch.set_num_threads(1)
    contestants = {
        "voiceprep": ours,
        "convolution (torch conv1d)": by_convolution(),
        "torch.stft": by_torch(),
        "librosa.feature.melspectrogram": by_librosa,
    }
    with threadpool_limits(1), torch.inference_mode():
        show(clips, contestants)
    show_command(clips)


if __name__ == "__main__":
    main()
