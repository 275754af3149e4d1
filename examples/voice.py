"""From a folder of mp3s to a dataset that is ready to train on and a report on it, in Python.

python examples/voice.py DATASET      where DATASET/mp3dir and DATASET/metadata.csv are yours
"""

import sys
from pathlib import Path

import voiceprep

dataset = Path(sys.argv[1])
wavs = voiceprep.prepare(dataset / "mp3dir", dataset=dataset)
lists = voiceprep.write_filelists(dataset=dataset, split="all-train")
cache = voiceprep.cache_mels(dataset=dataset)
found = voiceprep.report(dataset=dataset)
for result in (wavs, lists, cache, found):
    print("\n".join(result.lines(verbose=False)), end="\n\n")
