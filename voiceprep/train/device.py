"""Where a run computes, how exactly, and with which other processes."""

import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass

import torch
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel

from ..errors import SettingError, UserError

HALVES = {"bf16": torch.bfloat16, "fp16": torch.float16}
# The first GPUs with tensor cores for bfloat16.
AMPERE = (8, 0)


@dataclass(frozen=True)
class World:
    """The processes of a run, and which of them this is; `local` counts those on this machine."""

    rank: int = 0
    size: int = 1
    local_rank: int = 0
    local_size: int = 1

    @property
    def leads(self) -> bool:
        """Whether this is the process that writes and tells."""
        return self.rank == 0

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "World":
        """The world as torchrun tells it, one process where it tells none; raises UserError."""
        if "WORLD_SIZE" not in environment:
            return cls()
        names = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE")
        told = [environment.get(name, "unset") for name in names]
        if not all(value.isdecimal() for value in told) or int(told[0]) >= int(told[1]):
            listed = ", ".join(f"{name} {value}" for name, value in zip(names, told, strict=True))
            raise UserError(f"the environment is not torchrun's ({listed}): unset WORLD_SIZE")
        return cls(*map(int, told))


def pick_device(name: str, world: World = World()) -> torch.device:
    """The device by its name; `auto` is a GPU where there is one, this process's own.

    Raises SettingError for a device that is not there.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(name)
    except RuntimeError:
        raise SettingError(f"device = {name!r}: auto, cpu, cuda or cuda:N is wanted") from None
    if device.type == "cuda":
        count = torch.cuda.device_count()
        index = world.local_rank if device.index is None else device.index
        if index >= count:
            raise SettingError(
                f"device = {name!r}: torch sees {count} GPUs, none is number {index}"
            )
        return torch.device("cuda", index)
    if device.type == "mps" and not torch.backends.mps.is_available():
        raise SettingError(f"device = {name!r}: torch sees none; --device cpu works everywhere")
    if device.type not in ("cpu", "mps"):
        raise SettingError(f"device = {name!r}: auto, cpu, cuda or cuda:N is wanted")
    return device


def pick_precision(name: str, device: torch.device) -> str:
    """The precision by its name; `auto` is bf16 where the device has units for it, else fp32.

    Raises SettingError for one that the device does not have.
    """
    if name == "auto":
        return "bf16" if _fast_bfloat16(device) else "fp32"
    if name == "tf32" and device.type != "cuda":
        raise SettingError(f"precision = tf32: only GPUs have it, not {device.type}", "precision")
    return name


@dataclass(frozen=True)
class Machine:
    """Where a run computes, how exactly, and with which other processes."""

    device: torch.device = torch.device("cpu")
    precision: str = "fp32"
    world: World = World()

    @classmethod
    def pick(cls, device: str, precision: str) -> "Machine":
        """By the names of settings and torchrun's environment; raises as the two do."""
        world = World.from_environment()
        found = pick_device(device, world)
        return cls(found, pick_precision(precision, found), world)

    @contextmanager
    def working(self) -> Iterator[None]:
        """Its threads, its exactness and its other processes within it."""
        threads = torch.get_num_threads()
        torch.set_num_threads(thread_count(self.world))
        try:
            with exactness(self.precision), joined(self.world, self.device):
                yield
        finally:
            torch.set_num_threads(threads)

    def share(self, model: nn.Module) -> nn.Module | None:
        """The model as processes that train it together call it; None where there is one."""
        if self.world.size == 1:
            return None
        with warnings.catch_warnings():
            # What is to take the place of broadcast_buffers is not there before torch 2.13.
            warnings.simplefilter("ignore", FutureWarning)
            return DistributedDataParallel(model, broadcast_buffers=False)

    def wait(self) -> None:
        """Wait until all processes are here."""
        broadcast_flag(0, self.device)


@contextmanager
def exactness(precision: str) -> Iterator[None]:
    """Products of float32 in full within it, or in TF32 where `precision` is tf32."""
    before = torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32
    _set_exactness("high" if precision == "tf32" else "highest", precision == "tf32")
    try:
        yield
    finally:
        _set_exactness(*before)


def autocast(precision: str, device: torch.device) -> AbstractContextManager[None]:
    """The context of a forward pass: products in bf16 or fp16 where that is the precision."""
    half = HALVES.get(precision)
    return torch.autocast(device.type, half) if half else nullcontext()


def make_scaler(precision: str, device: torch.device) -> torch.amp.GradScaler:
    """What keeps small gradients of fp16 from vanishing; it does nothing for the others."""
    return torch.amp.GradScaler(device.type, enabled=precision == "fp16")


def thread_count(world: World = World()) -> int:
    """How many threads each process on this machine may take for itself."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    return max(1, cores // world.local_size)


@contextmanager
def joined(world: World, device: torch.device) -> Iterator[None]:
    """The processes of a world in touch within it, by nccl between GPUs, else by gloo."""
    if world.size == 1:
        yield
        return
    if device.type == "cuda":
        torch.cuda.set_device(device)
    distributed.init_process_group(
        "nccl" if device.type == "cuda" else "gloo", rank=world.rank, world_size=world.size
    )
    try:
        yield
        # Nobody leaves while another one is still at a sum with it.
        distributed.barrier()
    finally:
        distributed.destroy_process_group()


def sum_over_world(value: Tensor) -> Tensor:
    """The sum of every process's tensor, without a gradient; the tensor where there is one."""
    if not _in_touch():
        return value
    total = value.detach().clone()
    distributed.all_reduce(total)
    return total


def broadcast_flag(flag: int, device: torch.device) -> int:
    """The largest flag of any process: a wish to stop, say, that all come to know at one step."""
    if not _in_touch():
        return flag
    largest = torch.tensor(flag, device=device)
    distributed.all_reduce(largest, distributed.ReduceOp.MAX)
    return int(largest)


def _in_touch() -> bool:
    return distributed.is_available() and distributed.is_initialized()


def _fast_bfloat16(device: torch.device) -> bool:
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= AMPERE
    if device.type == "cpu" and hasattr(torch.cpu, "get_capabilities"):
        able = torch.cpu.get_capabilities()
        return bool(able.get("avx512_bf16") or able.get("amx_bf16"))
    return False


def _set_exactness(products: str, convolutions: bool) -> None:
    torch.set_float32_matmul_precision(products)
    torch.backends.cudnn.allow_tf32 = convolutions
