"""The ways that gpu.py compares, by name; one that this version lacks says so."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from inspect import signature
from typing import Any

import torch
from gpu_bench import Bench, NotThere

from voiceprep.train.tacotron2 import fast as fast_tacotron2
from voiceprep.train.tacotron2.network import Decode, Decoder
from voiceprep.train.waveglow import fast as fast_waveglow
from voiceprep.train.waveglow.network import WaveGlow

Ways = Mapping[str, Callable[[], Any]]


def available(bench: Bench, ways: Ways) -> dict[str, Any]:
    """Those that there are, by name; the others are noted."""
    found = {}
    for name, find in ways.items():
        with bench.part(name):
            found[name] = find()
    return found


def set_to(function: Callable[..., Any], **settings: Any) -> Callable[..., Any]:
    """A function with some of its arguments; raises NotThere where it does not take them."""
    if unknown := set(settings) - set(signature(function).parameters):
        raise NotThere(f"{function.__name__} takes no {', '.join(sorted(unknown))}")
    return partial(function, **settings)


@contextmanager
def without_triton() -> Iterator[None]:
    """Within it what is recorded takes no kernels written in Triton."""
    name = "voiceprep.train.kernels.triton_kernels"
    if find_spec(name) is None:
        raise NotThere(f"there is no {name}")
    kernels = import_module(name)
    devices, kernels.DEVICES = kernels.DEVICES, []
    try:
        yield
    finally:
        kernels.DEVICES = devices


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


def waveglow_variant(function: Callable[..., Any], *settings: Any) -> Callable[..., Any]:
    """A pass of WaveGlow with its networks computed in one of the ways."""
    variant = getattr(fast_waveglow, "Variant", None)
    if variant is None:
        raise NotThere(f"{fast_waveglow.__name__} has no Variant")
    return set_to(function, variant=variant(*settings))


AS_IT_TRAINS, AS_IT_SPEAKS = "as it trains", "as it speaks"
TEACHER_FORCED: Ways = {
    "plain": lambda: Decoder.__call__,
    AS_IT_TRAINS: lambda: fast_tacotron2.decode,
    "eager": lambda: set_to(fast_tacotron2.decode, chunk_steps=0),
    "graphs of 16 steps": lambda: set_to(fast_tacotron2.decode, chunk_steps=16),
    "graphs of 64 steps": lambda: set_to(fast_tacotron2.decode, chunk_steps=64),
}
"""Tacotron 2's teacher-forced decoders, the plain one first: it is the truth."""

WITHOUT_TRITON: Ways = {
    "plain": lambda: Decoder.__call__,
    # What is recorded is kept by its number of steps: nobody else has this one.
    "graphs of 48 steps without Triton": lambda: set_to(fast_tacotron2.decode, chunk_steps=48),
}
"""Those to take `without_triton`."""

COMPILED_STEPS: Ways = {"plain, steps compiled": compiled_steps}

NORMALISE: Ways = {
    "plain": lambda: WaveGlow.normalise,
    AS_IT_TRAINS: lambda: fast_waveglow.normalise,
    "recomputed": lambda: partial(fast_waveglow.normalise, recompute=True),
    "packed": lambda: waveglow_variant(fast_waveglow.normalise, "packed"),
    "windows": lambda: waveglow_variant(fast_waveglow.normalise, "windows"),
    "convolutions": lambda: waveglow_variant(fast_waveglow.normalise, "convolutions"),
}
"""WaveGlow's passes from audio to noise, the plain one first."""

COMPILED_NORMALISE: Ways = {
    "windows, compiled": lambda: waveglow_variant(fast_waveglow.normalise, "windows", True),
    "convolutions, compiled": lambda: waveglow_variant(
        fast_waveglow.normalise, "convolutions", True
    ),
}

INVERSE: Ways = {
    "plain": lambda: lambda model, _: model.inverse,
    AS_IT_SPEAKS: lambda: fast_waveglow.FastInverse,
    "packed": lambda: waveglow_variant(fast_waveglow.FastInverse, "packed"),
    "windows": lambda: waveglow_variant(fast_waveglow.FastInverse, "windows"),
    "convolutions": lambda: waveglow_variant(fast_waveglow.FastInverse, "convolutions"),
    "windows, a graph": lambda: waveglow_variant(fast_waveglow.FastInverse, "windows", False, True),
    "convolutions, a graph": lambda: waveglow_variant(
        fast_waveglow.FastInverse, "convolutions", False, True
    ),
}
"""WaveGlow's passes from noise to audio, made of a model and a precision."""
