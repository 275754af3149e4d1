"""The ways that gpu.py compares, by name; one that this version lacks says so."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import torch
from gpu_bench import Bench, NotThere

from voiceprep.train.tacotron2 import fast as fast_tacotron2
from voiceprep.train.tacotron2.network import Decode, Decoder
from voiceprep.train.waveglow import fast as fast_waveglow
from voiceprep.train.waveglow.network import Normalise, WaveGlow


def found_in(module: Any, name: str, **settings: Any) -> Callable[..., Any]:
    """A function of a module with some of its arguments; raises NotThere where it has none."""
    function = getattr(module, name, None)
    if function is None:
        raise NotThere(f"{module.__name__} has no {name}")
    return partial(function, **settings) if settings else function


def available(bench: Bench, ways: Mapping[str, Callable[[], Any]]) -> dict[str, Any]:
    """Those that there are, by name; the others are noted."""
    found = {}
    for name, find in ways.items():
        with bench.part(name):
            found[name] = find()
    return found


def compiled_steps() -> Decode:
    """The plain loop, each step compiled; without a GPU only traced."""
    backend = "inductor" if torch.cuda.is_available() else "eager"
    step = torch.compile(Decoder.step, dynamic=False, backend=backend)

    def decode(decoder: Decoder, *inputs: Any) -> Any:
        decoder.step = partial(step, decoder)
        try:
            return decoder(*inputs)
        finally:
            del decoder.step

    return decode


TEACHER_FORCED: dict[str, Callable[[], Decode]] = {
    "plain": lambda: Decoder.__call__,
    "eager": lambda: found_in(fast_tacotron2, "whole_decode"),
    "graphs": lambda: found_in(fast_tacotron2, "chunked_decode", triton=False),
    "graphs, triton": lambda: found_in(fast_tacotron2, "chunked_decode", triton=True),
    "as it trains": lambda: fast_tacotron2.decode,
    "compiled": compiled_steps,
}
"""Tacotron 2's teacher-forced decoders; "as it trains" is the one that training picks."""

NORMALISE: dict[str, Callable[[], Normalise]] = {
    "plain": lambda: WaveGlow.normalise,
    "fast": lambda: fast_waveglow.normalise,
    "recomputed": lambda: partial(fast_waveglow.normalise, recompute=True),
    "compiled": lambda: found_in(fast_waveglow, "compiled_normalise"),
}
"""WaveGlow's passes from audio to noise."""

INVERSE: dict[str, Callable[[], Callable[[WaveGlow, str], Any]]] = {
    "plain": lambda: lambda model, _: model.inverse,
    "fast": lambda: fast_waveglow.FastInverse,
    "compiled": lambda: found_in(fast_waveglow, "CompiledInverse"),
}
"""WaveGlow's passes from noise to audio, made of a model and a precision."""
