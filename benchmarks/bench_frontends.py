"""How many sentences a second each front end reads on one core, and how long it takes to begin.

    OMP_NUM_THREADS=1 python benchmarks/bench_frontends.py [SENTENCES, one a line]

Seconds are of the processor, those of other programs included. The sentences of the argument are
for the front ends of English and of any language. Each round makes the front end anew, so that what
it remembers of words is from the sentences alone.
"""

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from time import process_time

from voiceprep.errors import ToolMissing
from voiceprep.text.encode import TextConfig
from voiceprep.text.frontends import FRONTENDS, make_frontend

ROUNDS = 3
OPTIONS = {"espeak": {"language": "en-gb"}}
ENGLISH = (
    "The harbour was quiet when the first boats came home.",
    "She counted 21 lanterns along the wall, and one was out.",
    "Nobody had told the baker that the bridge was closed.",
    "Bring a coat, a map and something warm to drink!",
    "Where does the path go after the second gate?",
)
OTHERS = {
    "ja": (
        "今日は天気がいいですね。",
        "駅まで歩いて十五分かかります。",
        "窓を開けてもいいですか。",
    ),
    "zh": ("今天的天气很好。", "从这里到车站要走15分钟。", "请把窗户打开。"),
    "ko": ("오늘은 날씨가 좋습니다.", "역까지 걸어서 십오 분 걸립니다.", "창문을 열어도 될까요?"),
}
REPEATS = 40


def texts_of(name: str) -> Sequence[str]:
    if name not in OTHERS and len(sys.argv) > 1:
        lines = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
        return [line for line in lines if line.strip()]
    return OTHERS.get(name, ENGLISH) * REPEATS


def seconds() -> float:
    times = os.times()
    return process_time() + times.children_user + times.children_system


def measure(name: str, texts: Sequence[str]) -> tuple[float, float]:
    """The seconds up to the first sentence, and those of all others."""
    config = replace(TextConfig(frontend=name), **OPTIONS.get(name, {}))
    start = seconds()
    frontend = make_frontend(config, texts)
    frontend.encode(texts[0])
    begun = seconds()
    frontend.encode_all(texts[1:])
    return begun - start, seconds() - begun


def main() -> None:
    print(
        "| front end | sentences | characters a sentence | first sentence, s | sentences a second |"
    )
    print("|---|---|---|---|---|")
    for name in FRONTENDS:
        texts = texts_of(name)
        try:
            first, *_ = measured = [measure(name, texts) for _ in range(ROUNDS)]
        except ToolMissing as missing:
            print(f"| {name} | | | | {missing} |", flush=True)
            continue
        speed = (len(texts) - 1) / median(taken for _, taken in measured)
        length = sum(map(len, texts)) / len(texts)
        cells = f"{len(texts)} | {length:.0f} | {first[0]:.2f} | {speed:.0f}"
        print(f"| {name} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
