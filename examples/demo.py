"""The main job on recordings that it makes itself: from a folder of mp3s to wavs, lists and mels.

python examples/demo.py FOLDER
"""

import subprocess
import sys
from pathlib import Path

from demo_recordings import make_recordings

STEPS = ("convert mp3dir", "filelist --split all-train", "mels")
MADE = {
    "wavs": "wavs/*.wav",
    "lists": "filelists/*.txt",
    "mels": "mels/*.npy",
    "ledgers": "*/outcomes.jsonl",
}
# Some of the recordings are broken on purpose: 3 says that a command finished without them.
FINISHED = (0, 3)


def run_demo(dataset: Path) -> None:
    """Make recordings in `dataset` and prepare them for training, step by step."""
    print(f"speaking some thirty sentences into {dataset / 'mp3dir'}", flush=True)
    make_recordings(dataset)
    for step in STEPS:
        print(f"\n$ voiceprep {step}", flush=True)
        command = [sys.executable, "-m", "voiceprep", *step.split()]
        code = subprocess.run(command, cwd=dataset, check=False).returncode
        if code not in FINISHED:
            sys.exit(code)
    print("\nmade:")
    for name, pattern in MADE.items():
        paths = sorted(dataset.glob(pattern))
        print(f"  {name:<9}{len(paths):>3}  {paths[0]}, …")


if __name__ == "__main__":
    run_demo(Path(sys.argv[1]))
