"""The main job on recordings that it makes itself: from a folder of mp3s to a voice that speaks.

python examples/demo.py FOLDER
"""

import subprocess
import sys
import webbrowser
from pathlib import Path
from statistics import median

from demo_recordings import make_recordings

from voiceprep.audio.convert import ConvertConfig, load_clip
from voiceprep.audio.loudness import measure_loudness
from voiceprep.audio.silence import find_speech
from voiceprep.clip import CLIPS, read_clips

STEPS = (
    "report mp3dir --output report-mp3dir --fix-plan plan.toml",
    "prepare mp3dir --denoise",
    "silence mp3dir --quiet --picture report/silence-before.png",
    "silence wavs",
    "filelist --split all-train",
    "mels",
    "report",
)
# A small model, stopped once on the way: the same command goes on.
TRAINING = "train tacotron2 --preset tiny --steps 300 --evaluate-every 100 --save-every 100"
TRAIN_STEPS = (
    f"{TRAINING} --max-minutes 0.3",
    TRAINING,
    "logs output/tacotron2 --picture report/losses.png",
    "infer -i phrases.txt",
    "infer-stats -i phrases.txt --seeds 3 --max-steps 200 --vocode-worst 1",
)
# A voice that has learnt for minutes speaks by the rhythm of words, and hardly in words yet.
PHRASES = """birch|The birch canoe slid on the smooth planks.
glue|Glue the sheet to the dark blue background.
"""
MADE = {
    "wavs": "wavs/*.wav",
    "lists": "filelists/*.txt",
    "mels": "mels/*.npy",
    "ledgers": "*/outcomes.jsonl",
    "pictures": "report/*.png",
    "speech": "speech/*.wav",
    "pages": "*/index.html",
}
# Some of the recordings are broken on purpose: 3 says that a command finished without them.
FINISHED = (0, 3)


def run_demo(dataset: Path) -> None:
    """Make recordings in `dataset`, prepare them, train a small model on them, and let it speak."""
    print(f"speaking some thirty sentences into {dataset / 'mp3dir'}", flush=True)
    make_recordings(dataset)
    for step in STEPS:
        run(step, dataset)
    compare(dataset)
    (dataset / "phrases.txt").write_text(PHRASES, encoding="utf-8")
    for step in TRAIN_STEPS:
        run(step, dataset)
    print("\nmade:")
    for name, pattern in MADE.items():
        paths = sorted(dataset.glob(pattern))
        print(f"  {name:<9}{len(paths):>3}  {paths[0]}{', …' if len(paths) > 1 else ''}")
    page = (dataset / "report-mp3dir" / "index.html").resolve().as_uri()
    print(f"\nlook at what the recordings are like: {page}")
    if sys.stdout.isatty():
        webbrowser.open(page)


def run(step: str, dataset: Path) -> None:
    """One command, as it would be typed in the dataset's folder."""
    print(f"\n$ voiceprep {step}", flush=True)
    command = [sys.executable, "-m", "voiceprep", *step.split()]
    code = subprocess.run(command, cwd=dataset, check=False).returncode
    if code not in FINISHED:
        sys.exit(code)


def compare(dataset: Path) -> None:
    """A table of what the recordings were like, and what the clips made of them are like."""
    clips = read_clips(dataset / CLIPS)
    before = [figures(dataset / "mp3dir" / f"{clip.id}.mp3") for clip in clips]
    after = [figures(dataset / clip.path) for clip in clips]
    print(f"\n{'':<26}{'recordings':^27}{'wavs':^27}".rstrip())
    print(f"{'':<26}" + 2 * "".join(f"{name:>9}" for name in ("least", "median", "most")))
    for name in after[0]:
        shown = f"{name:<26}"
        for clips_then in (before, after):
            values = [row[name] for row in clips_then]
            digits = 2 if "seconds" in name else 1
            shown += "".join(
                f"{value:>9.{digits}f}" for value in (min(values), median(values), max(values))
            )
        print(shown)


def figures(path: Path) -> dict[str, float]:
    """What one recording or clip is like, at the rate and in the channel that training takes."""
    sound = load_clip(path, ConvertConfig()).sound
    speech, lufs = find_speech(sound), measure_loudness(sound).lufs
    return {
        "tail, seconds": speech.tail,
        "loudness, LUFS": lufs,
        "noise floor, dBFS": speech.floor_db,
        "loudness over the floor": lufs - speech.floor_db,
    }


if __name__ == "__main__":
    run_demo(Path(sys.argv[1]))
