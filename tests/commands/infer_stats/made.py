"""Quick calls of infer-stats, and what they wrote."""

import json

from voiceprep.commands.infer_stats.command import InferStatsConfig
from voiceprep.train.settings import InferConfig

QUICK = InferConfig(max_frames=30)
TWO = InferStatsConfig(seeds=2, input="lines.txt")


def read_runs(folder):
    with open(folder / "runs.jsonl", encoding="utf-8") as file:
        return [json.loads(line) for line in file]
