"""From a folder of mp3s to a dataset that is ready to train on and a report on it, in Python.

python examples/voice.py DATASET      where DATASET/mp3dir and DATASET/metadata.csv are yours
"""

import sys
from pathlib import Path

from voiceprep.commands.filelist import filelist
from voiceprep.commands.mels import mels
from voiceprep.commands.prepare import prepare
from voiceprep.commands.report.command import report
from voiceprep.text.filelist import FilelistConfig

dataset = Path(sys.argv[1])
wavs = prepare(dataset / "mp3dir", dataset=dataset)
lists = filelist(dataset=dataset, config=FilelistConfig(split="all-train"))
cache = mels(dataset=dataset)
found = report(dataset=dataset)
for result in (wavs, lists, cache, found):
    print("\n".join(result.lines(verbose=False)), end="\n\n")
