"""Draw the picture of the README: one recording as it came, and what training will see of it.

python docs/draw.py DATASET ID
"""

import sys
from pathlib import Path

import matplotlib
import numpy as np

from voiceprep.audio.loudness import measure_loudness
from voiceprep.audio.mel import MelConfig
from voiceprep.audio.silence import find_speech
from voiceprep.audio.sound import Sound, listen, read_sound

matplotlib.use("Agg")
from matplotlib import pyplot

INK, SOFT = "#1b2a41", "#8d99ae"


def draw_voice(dataset: Path, name: str, target: Path) -> None:
    """The recording's sides, the wav, and its mel, one above the other on one axis of time."""
    recording = listen(dataset / "mp3dir" / f"{name}.mp3").source
    sides = np.concatenate(list(recording.blocks()))
    wav = read_sound(dataset / "wavs" / f"{name}.wav")
    mel = np.load(dataset / "mels" / f"{name}.npy")
    pyplot.rcParams |= {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False}
    figure, (above, middle, below) = pyplot.subplots(
        3, 1, figsize=(8, 4.8), sharex=True, height_ratios=(1, 1, 1.6), layout="constrained"
    )
    time = np.arange(len(sides)) / recording.rate
    for side, colour, label in zip(sides.T, (INK, SOFT), ("left", "right"), strict=False):
        above.plot(time, side, color=colour, linewidth=0.4, label=label)
    tail = find_speech(Sound(sides[:, 0], recording.rate)).tail
    told = f"{recording.rate} Hz, two channels, {tail:.1f} s of silence behind the speech"
    above.set_title(f"mp3dir/{name}.mp3: {told}", loc="left")
    above.legend(loc="upper right", frameon=False, ncols=2)
    middle.plot(np.arange(len(wav.samples)) / wav.rate, wav.samples, color=INK, linewidth=0.4)
    tail, lufs = find_speech(wav).tail, measure_loudness(wav).lufs
    told = f"{wav.rate} Hz, 16 bits, one channel, a tail of {tail:.2f} s, {lufs:.0f} LUFS"
    middle.set_title(f"wavs/{name}.wav: {told}", loc="left")
    for axes in (above, middle):
        axes.set(ylim=(-0.6, 0.6), ylabel="sample")
    hop = MelConfig().hop_length / wav.rate
    edges = (0, mel.shape[1] * hop, 0, len(mel))
    image = below.imshow(mel, origin="lower", aspect="auto", extent=edges, cmap="magma")
    below.set_title(f"mels/{name}.npy: {len(mel)} channels, natural logarithm", loc="left")
    below.set(xlabel="seconds", ylabel="mel channel", xlim=(0, len(sides) / recording.rate))
    figure.colorbar(image, ax=below, pad=0.01)
    figure.savefig(target, dpi=130)


if __name__ == "__main__":
    draw_voice(Path(sys.argv[1]), sys.argv[2], Path(__file__).with_name("voice.png"))
