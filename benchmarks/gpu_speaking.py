"""How fast is spoken: from text to sound at batch 1, free-running frames, and infer-stats' runs."""

from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import replace
from functools import partial
from io import StringIO

import numpy as np
import torch
from gpu_bench import (
    ORIGINAL,
    Bench,
    Makers,
    Step,
    original_tacotron2,
    products_in,
    tacotron2_sizes,
)
from gpu_waveglow import made_model, made_original
from torch import Tensor, nn

from voiceprep.text.hard import hard_sentences
from voiceprep.train.device import HALVES
from voiceprep.train.frontend import FrontendConfig, Sentence, read_sentence
from voiceprep.train.settings import InferConfig, VocoderConfig
from voiceprep.train.speech.repeat import Voice, repeat
from voiceprep.train.tacotron2.infer import Tacotron2Acoustic
from voiceprep.train.tacotron2.network import Tacotron2
from voiceprep.train.waveglow.vocoder import make_vocoder

# The text of the original's test_infer, as many characters as take about seven seconds.
TEXT = (
    "The forms of printed letters should be beautiful, and that their arrangement on the page "
    "should be reasonable and a help to the sha"
)[:128]
FRAMES, SIGMA = 603, 0.6
LATENCY_GOAL, FRAMES_GOAL, RUNS_GOAL = "4 times, under 0.2 s", "4 times", "20 times"
PERCENTILES = (50, 90, 95, 99, 100)
MOST_ROUNDS, LEAST_ROUNDS = 50, 5
FREE_FRAMES, RUN_FRAMES = 400, 400
BATCHES = (1, 32, 128)
# The shares of the budget after which the parts end.
LATENCY_SHARE, FREE_SHARE = 0.45, 0.75
FRONTEND = FrontendConfig()


def measure(bench: Bench) -> None:
    whole = bench.left
    with bench.part("latency"):
        latency(bench, whole * (1 - LATENCY_SHARE))
    for precision, batch in (
        (precision, batch) for batch in BATCHES for precision in ("fp16", "fp32")
    ):
        if bench.left < whole * (1 - FREE_SHARE):
            bench.note(f"no time for frames at batch {batch} in {precision}")
            continue
        with bench.part(f"frames, batch {batch}, {precision}"), products_in(precision):
            free_running(bench, precision, batch)
    with bench.part("infer-stats"), products_in("fp16"):
        infer_stats(bench)


def latency(bench: Bench, reserve: float) -> None:
    """Seconds from a text to samples on the host, in rounds until `reserve` seconds are left."""
    speakers = {
        "original, fp32": partial(original_speaker, bench, "fp32"),
        "original, fp16": partial(original_speaker, bench, "fp16"),
        "ours, fp32": partial(speaker, bench, "fp32"),
        "ours, tf32": partial(speaker, bench, "tf32"),
        "ours, bf16": partial(speaker, bench, "bf16"),
        "ours, fp16": partial(speaker, bench, "fp16"),
    }
    steps: dict[str, Step] = {}
    for name, make in speakers.items():
        with bench.part(f"latency, {name}"):
            step = make()
            for _ in range(2):
                step()
            steps[name] = step
    taken: dict[str, list[float]] = {name: [] for name in steps}
    for number in range(2 if bench.tiny else MOST_ROUNDS):
        if bench.left < (0 if number < LEAST_ROUNDS else reserve):
            break
        for name in [*steps]:
            with bench.part(f"latency, {name}"):
                taken[name].append(bench.timed(steps[name]))
            if len(taken[name]) <= number:
                del steps[name]
    for name in steps:
        tell_latency(bench, name, taken)


def tell_latency(bench: Bench, name: str, taken: dict[str, list[float]]) -> None:
    """A row of the seconds, and the percentiles as the original's test_infer counts them."""
    precision = "fp32" if name.endswith(("fp32", "tf32")) else "fp16"
    theirs, own = taken.get(f"original, {precision}"), taken[name]
    times = None
    if theirs:
        times = float(np.median([one / two for one, two in zip(theirs, own, strict=False)]))
    ours = not name.startswith(ORIGINAL)
    seconds = (12 if bench.tiny else FRAMES) * 256 / 22050
    what = f"latency, {seconds:.1f} s, {name}"
    bench.row(what, "s", own, times, goal=LATENCY_GOAL if ours else "")
    ordered = sorted(own)
    counted = (max(ordered[: max(1, int(len(own) * share / 100))]) for share in PERCENTILES)
    listed = ", ".join(
        f"{share} % {value:.4f}" for share, value in zip(PERCENTILES, counted, strict=True)
    )
    bench.note(f"latency, {name}: average {np.mean(own):.4f} s, within {listed}")


def speaker(bench: Bench, precision: str) -> Step:
    """Tacotron 2 and WaveGlow, as infer runs them, without the denoiser."""
    acoustic = Tacotron2Acoustic(shut_model(bench), FRONTEND, precision)
    config = VocoderConfig(sigma=SIGMA, denoiser=0.0)
    network = made_model(bench, 256).eval()
    vocoder = make_vocoder(network, FRONTEND.mel, config, precision)
    infer = shut_config(12 if bench.tiny else FRAMES)

    def step() -> None:
        with products_in(precision):
            (result,) = acoustic.speak([read_sentence(TEXT, FRONTEND)], infer)
            vocoder(result.mel, 1)
        if result.frames != infer.max_frames:
            raise ValueError(f"{result.frames} frames, not {infer.max_frames}")

    return step


def original_speaker(bench: Bench, precision: str) -> Step:
    """The original's test_infer, without its denoiser; in fp16 all of it is half."""
    frames = 12 if bench.tiny else FRAMES
    acoustic, vocoder = shut_original(bench, frames), made_original(bench, 256).eval()
    if precision in HALVES:
        acoustic, vocoder = (model.to(HALVES[precision]) for model in (acoustic, vocoder))

    def step() -> None:
        ids = torch.tensor([read_sentence(TEXT, FRONTEND).ids], device=bench.device)
        lengths = torch.tensor([ids.shape[1]], device=bench.device)
        with torch.no_grad(), products_in(precision):
            mel = quietly(acoustic.infer, ids, lengths)[0]
            vocoder.infer(mel, sigma=SIGMA).float().cpu().numpy()
        if mel.shape[2] != frames:
            raise ValueError(f"{mel.shape[2]} frames, not {frames}")

    return step


def free_running(bench: Bench, precision: str, batch: int) -> None:
    batch = min(batch, 3) if bench.tiny else batch
    frames = 12 if bench.tiny else FREE_FRAMES
    sentence = read_sentence(TEXT, FRONTEND)
    config = replace(shut_config(frames), batch_size=batch)

    def ours() -> Step:
        acoustic = Tacotron2Acoustic(shut_model(bench), FRONTEND, precision)
        sentences = [replace(sentence, seed=number) for number in range(batch)]
        return lambda: acoustic.speak(sentences, config)

    def theirs() -> Step:
        model = shut_original(bench, frames)
        model = model.to(HALVES[precision]) if precision in HALVES else model
        ids = torch.tensor([sentence.ids] * batch, device=bench.device)
        lengths = torch.full((batch,), ids.shape[1], device=bench.device)

        def step() -> None:
            with torch.no_grad():
                quietly(model.infer, ids, lengths)

        return step

    makers: Makers = {ORIGINAL: theirs, "ours": ours}
    goal = FRAMES_GOAL if batch == 1 else ""
    rounds = 5 if batch == 1 else 3
    what = f"free-running, {precision}, batch {batch}"
    bench.race(what, makers, "frames/s", batch * frames, rounds=rounds, goal=goal)


def infer_stats(bench: Bench) -> None:
    """Runs a second of all hard sentences, with all that is measured of them, beside a loop."""
    frames = 12 if bench.tiny else RUN_FRAMES
    texts = [(name, text, "") for name, text in hard_sentences("en").items()][
        : 3 if bench.tiny else None
    ]
    seeds = range(2 if bench.tiny else 40)

    def ours(precision: str, size: int) -> Callable[[], Step]:
        def make() -> Step:
            acoustic = Tacotron2Acoustic(shut_model(bench), FRONTEND, precision)
            config = replace(shut_config(frames), batch_size=size)
            return lambda: repeat(Voice("", acoustic), texts, seeds, config)

        return make

    runs = len(texts) * len(seeds)
    looped: list[float] = []
    with bench.part("infer-stats, original"):
        looped = original_loop(bench, texts, frames)
        bench.row("infer-stats, original, fp16, batch 1", "runs/s", looped, 1.0)
    for size in (32, 128):
        for precision in ("bf16", "fp16"):
            if bench.left < 0:
                bench.note(f"no time for infer-stats at batch {size} in {precision}")
                continue
            with bench.part(f"infer-stats, {precision}, batch {size}"):
                step = ours(precision, size)()
                step()
                speeds = [runs / bench.timed(step)]
                while len(speeds) < (1 if bench.tiny else 5) and bench.left > 0:
                    speeds.append(runs / bench.timed(step))
                times = float(np.median(speeds) / np.median(looped)) if looped else None
                what = f"infer-stats, {precision}, batch {size}"
                bench.row(what, "runs/s", speeds, times, goal=RUNS_GOAL)


def original_loop(bench: Bench, texts: list[tuple[str, str, str]], frames: int) -> list[float]:
    """Runs a second of the original at batch 1, one sentence after the other, of a few."""
    model = shut_original(bench, frames).to(torch.float16)
    sentences = [read_sentence(text, FRONTEND) for _, text, _ in texts[:: max(1, len(texts) // 5)]]

    def step(sentence: Sentence) -> None:
        ids = torch.tensor([sentence.ids], device=bench.device)
        with torch.no_grad():
            quietly(model.infer, ids, torch.tensor([ids.shape[1]], device=bench.device))

    step(sentences[0])
    return [1 / bench.timed(partial(step, sentence)) for sentence in sentences]


def shut_model(bench: Bench) -> Tacotron2:
    """A model that never stops."""
    torch.manual_seed(0)
    model = Tacotron2(tacotron2_sizes(bench.tiny)).eval()
    with torch.no_grad():
        model.decoder.gate_layer.linear_layer.bias.fill_(-20)
    return model.to(bench.device)


def shut_original(bench: Bench, frames: int) -> nn.Module:
    """The original with the same weights, which speaks until its limit."""
    model = original_tacotron2(bench, tacotron2_sizes(bench.tiny), frames)
    model.load_state_dict(shut_model(bench).state_dict())
    return model.eval()


def shut_config(frames: int) -> InferConfig:
    return InferConfig(max_frames=frames, saturation_frames=0)


def quietly(function: Callable[..., tuple[Tensor, ...]], *inputs: Tensor) -> tuple[Tensor, ...]:
    """The original prints a warning at its limit, in every run."""

    with redirect_stdout(StringIO()):
        return function(*inputs)
