"""What the sections of gpu.py share: what was found, time that is left, rounds, the original."""

import argparse
import gc
import json
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.machinery import ModuleSpec
from pathlib import Path
from statistics import median
from types import ModuleType
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from voiceprep.train.device import autocast
from voiceprep.train.kernels.graphs import take_notes
from voiceprep.train.tacotron2.config import Tacotron2Config
from voiceprep.train.waveglow.config import WaveGlowConfig

ORIGINAL = "original"
ROUNDS = 5
# Turns that do not count: the original, which is slow, has nothing to record in them.
WARM_UP = 2
# Lines of a traceback that are printed; all of them are in the file.
SHOWN_LINES = 12

Step = Callable[[], object]
Makers = Mapping[str, Callable[[], Step]]
"""By name, what makes a contestant; the original's name is ORIGINAL."""


class NotThere(Exception):
    """Why a contestant cannot take part."""


@dataclass
class Bench:
    """One section: where it runs, until when, and what it has found, which is written at once."""

    section: str
    device: torch.device
    tiny: bool
    out: Path
    carried: Path
    ends: float
    found: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, options: argparse.Namespace, ends: float) -> "Bench":
        from gpu import machine_facts

        device = torch.device(options.device)
        bench = cls(options.alone, device, options.tiny, options.out, options.carried, ends)
        empty: dict[str, Any] = {"rows": [], "checks": [], "notes": [], "errors": {}}
        bench.found = {"section": options.alone, "machine": machine_facts(), **empty}
        bench.write()
        return bench

    @property
    def left(self) -> float:
        """Seconds until nothing more is to be started."""
        return self.ends - time.monotonic()

    def write(self) -> None:
        file = self.out / f"{self.section}.json"
        temporary = file.with_suffix(".part")
        temporary.write_text(json.dumps(self.found, indent=1), encoding="utf-8")
        temporary.replace(file)

    def note(self, text: str) -> None:
        if text in self.found["notes"]:
            return
        print(f"   {text}", flush=True)
        self.found["notes"].append(text)
        self.write()

    def check(self, what: str, found: float, limit: float) -> None:
        """Whether a difference is within its limit."""
        right = bool(found <= limit)
        print(f"{'ok' if right else 'WRONG'} {what}: {found:.2g} (limit {limit:.2g})", flush=True)
        entry = {"what": what, "found": float(found), "limit": float(limit), "right": right}
        self.found["checks"].append(entry)
        self.write()

    def row(
        self,
        what: str,
        unit: str,
        values: list[float],
        times: float | None = None,
        mib: float | None = None,
        goal: str = "",
    ) -> None:
        """A measurement, one value a round, and how many times the original's speed it is."""
        middle = median(values)
        row = {"what": what, "unit": unit, "median": middle, "low": min(values)}
        row |= {
            "high": max(values),
            "rounds": len(values),
            "times": times,
            "mib": mib,
            "goal": goal,
        }
        told = "" if times is None else f", {times:.2f} times the original"
        told += "" if mib is None else f", {mib:.0f} MiB"
        print(
            f"{what}: {middle:.4g} {unit}{told}" + (f" (goal {goal})" if goal else ""), flush=True
        )
        self.found["rows"].append(row)
        self.write()

    def fail(self, what: str, told: str) -> None:
        """A traceback, in one block."""
        lines = told.rstrip().splitlines()
        before = [one for one, text in self.found["errors"].items() if text.endswith(lines[-1])]
        shown = [f"as {before[0]}"] if before else lines[-SHOWN_LINES:]
        print("\n".join([f"FAILED {what}", *shown]), flush=True)
        self.found["errors"][what] = told.rstrip()
        self.write()

    @contextmanager
    def part(self, what: str) -> Iterator[None]:
        """Within it an error is told, and the section goes on, but for one of CUDA itself."""
        try:
            yield
        except NotThere as reason:
            self.note(f"{what}: left out, {reason}")
        except Exception as error:
            self.fail(what, traceback.format_exc())
            if "CUDA error" in str(error):
                raise

    def synchronize(self) -> None:
        if self.device.type == "cuda":
            torch.cuda.synchronize()

    def timed(self, step: Step) -> float:
        """The seconds of a step, with all that it started on the GPU."""
        self.synchronize()
        started = time.perf_counter()
        step()
        self.synchronize()
        return time.perf_counter() - started

    def memory(self) -> float:
        return torch.cuda.memory_allocated() / 2**20 if self.device.type == "cuda" else 0.0

    def race(
        self,
        what: str,
        makers: Makers,
        unit: str,
        amount: float,
        rounds: int = ROUNDS,
        goal: str = "",
    ) -> None:
        """All take a turn, round after round: rows of `amount` a second.

        Each is made and warmed up before, its memory at most being that beyond what is there.
        """
        steps: dict[str, Step] = {}
        memories: dict[str, float | None] = {}
        for name, make in makers.items():
            if self.left < 0:
                self.note(f"{what}, {name}: no time left")
                continue
            with self.part(f"{what}, {name}"):
                steps[name], memories[name] = self._warm(make, 1 if name == ORIGINAL else WARM_UP)
        taken: dict[str, list[float]] = {name: [] for name in steps}
        try:
            self._take_turns(what, steps, taken, 2 if self.tiny else rounds)
        finally:
            self._tell(what, unit, amount, goal, taken, memories)
        steps.clear()
        self.clean()

    def _take_turns(
        self, what: str, steps: dict[str, Step], taken: dict[str, list[float]], rounds: int
    ) -> None:
        """One that fails takes no more turns."""
        for number in range(rounds):
            if number and self.left < 0:
                return
            for name in [*steps]:
                with self.part(f"{what}, {name}"):
                    taken[name].append(self.timed(steps[name]))
                if len(taken[name]) <= number:
                    del steps[name]

    def _tell(
        self,
        what: str,
        unit: str,
        amount: float,
        goal: str,
        taken: dict[str, list[float]],
        memories: dict[str, float | None],
    ) -> None:
        theirs = taken.get(ORIGINAL, [])
        for name, seconds in taken.items():
            if not seconds:
                continue
            ratios = [one / own for one, own in zip(theirs, seconds, strict=False)]
            times = median(ratios) if ratios else None
            speeds = [amount / one for one in seconds]
            wanted = "" if name == ORIGINAL else goal
            self.row(f"{what}, {name}", unit, speeds, times, memories[name], wanted)
        for note in take_notes():
            self.note(f"{what}: {note}")

    def _warm(self, make: Callable[[], Step], turns: int) -> tuple[Step, float | None]:
        before = self.memory()
        if self.device.type == "cuda":
            torch.cuda.reset_peak_memory_stats()
        step = make()
        for _ in range(turns):
            step()
        self.synchronize()
        if self.device.type != "cuda":
            return step, None
        return step, torch.cuda.max_memory_allocated() / 2**20 - before

    def clean(self) -> None:
        if self.device.type == "cuda":
            gc.collect()
            torch.cuda.empty_cache()

    def original(self, module: str) -> ModuleType:
        """A module of the original, which is carried, not part of this repository."""
        folder = self.carried / "original"
        if not folder.is_dir():
            raise NotThere(f"there is no {folder.name} in {self.carried.name}")
        if str(folder) not in sys.path:
            _stand_in_for_librosa()
            sys.path.insert(0, str(folder))
        __import__(module)
        return sys.modules[module]


@contextmanager
def products_in(precision: str) -> Iterator[None]:
    """Within it float32 products are in TF32 on a GPU, for everybody, but for fp32."""
    wanted = precision != "fp32"
    before = torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32
    torch.set_float32_matmul_precision("high" if wanted else "highest")
    torch.backends.cudnn.allow_tf32 = wanted
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before[0])
        torch.backends.cudnn.allow_tf32 = before[1]


def training_step(
    model: nn.Module,
    optimizer: Optimizer,
    scaler: torch.amp.GradScaler,
    loss: Callable[[], Tensor],
    precision: str,
) -> Step:
    """Forward, backward, clipping and the optimiser, the same for all."""
    device = next(model.parameters()).device

    def step() -> None:
        optimizer.zero_grad(set_to_none=True)
        with autocast(precision, device):
            total = loss()
        scaler.scale(total).backward()
        scaler.unscale_(optimizer)
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        scaler.step(optimizer)
        scaler.update()

    return step


def tacotron2_sizes(tiny: bool) -> Tacotron2Config:
    """The published sizes, or very small ones."""
    if not tiny:
        return Tacotron2Config()
    widths = dict.fromkeys(("symbol_dim", "prenet_dim", "attention_rnn_dim", "attention_dim"), 16)
    return Tacotron2Config(**widths, location_filters=4, decoder_rnn_dim=24, postnet_dim=16)


def waveglow_sizes(tiny: bool, channels: int = 256) -> WaveGlowConfig:
    if not tiny:
        return WaveGlowConfig(wn_channels=channels)
    return WaveGlowConfig(flows=4, early_every=2, wn_layers=2, wn_channels=channels // 64)


def original_tacotron2(
    bench: Bench, config: Tacotron2Config, most_steps: int = 2000, gate_threshold: float = 0.5
) -> nn.Module:
    """The original Tacotron 2 of these sizes."""
    from tacotron2_train import ORIGINAL as defaults

    sizes = {
        "n_symbols": config.symbols,
        "symbols_embedding_dim": config.symbol_dim,
        "encoder_embedding_dim": config.symbol_dim,
        "attention_rnn_dim": config.attention_rnn_dim,
        "attention_dim": config.attention_dim,
        "attention_location_n_filters": config.location_filters,
        "decoder_rnn_dim": config.decoder_rnn_dim,
        "prenet_dim": config.prenet_dim,
        "postnet_embedding_dim": config.postnet_dim,
        "max_decoder_steps": most_steps,
        "gate_threshold": gate_threshold,
    }
    make = bench.original("tacotron2.model").Tacotron2
    model: nn.Module = make(**defaults | sizes)
    return model.to(bench.device)


def original_waveglow(bench: Bench, config: WaveGlowConfig) -> nn.Module:
    network = {
        "n_layers": config.wn_layers,
        "n_channels": config.wn_channels,
        "kernel_size": config.wn_kernel,
    }
    make = bench.original("waveglow.model").WaveGlow
    sizes = (config.flows, config.groups, config.early_every, config.early_size)
    model: nn.Module = make(config.mel_channels, *sizes, network)
    return model.to(bench.device)


def difference(found: Tensor, wanted: Tensor, least: float = 1e-30) -> float:
    """The norm of the difference, relative to the norm or `least`; NaN counts as infinite."""
    found, wanted = (value.detach().double() for value in (found, wanted))
    off = float((found - wanted).norm() / wanted.norm().clamp(min=least))
    return off if np.isfinite(off) else float("inf")


def _stand_in_for_librosa() -> None:
    """The original's modules import librosa for mels and windows, which nothing here needs."""

    def unneeded(*_: object, **__: object) -> None:
        raise NotThere("librosa is only stood in for")

    entries = {"librosa.filters": ("mel",), "librosa.util": ("pad_center", "tiny"), "librosa": ()}
    for name, functions in entries.items():
        module = ModuleType(name)
        module.__spec__ = ModuleSpec(name, None)
        for function in functions:
            setattr(module, function, unneeded)
        sys.modules.setdefault(name, module)
