"""The device, the precision and the other processes of a run."""

import errno
import os
import re
import socket
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import torch
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel

from ..errors import OutOfMemory, PeerLost, SettingError, UserError

HALVES = {"bf16": torch.bfloat16, "fp16": torch.float16}
# How errors of torch, CUDA and the system say that memory ran out, in lower case.
NO_MEMORY = ("out of memory", "allocate memory", "alloc_failed", "bad_alloc", "not enough memory")
# More are a typing error, and the system would not start them.
MOST_THREADS = 1024
# How long a process waits for the others at the start.
MEETING_SECONDS = 300
# How long it waits for them later: longer than an evaluation or a mel cache of one of them takes.
GROUP_TIMEOUT = timedelta(days=1)
# The first GPUs with tensor cores for bfloat16.
AMPERE = (8, 0)


@dataclass(frozen=True)
class World:
    """The processes of a run and this one's rank; `local` counts those on this machine."""

    rank: int = 0
    size: int = 1
    local_rank: int = 0
    local_size: int = 1

    @property
    def leads(self) -> bool:
        """Whether this is the process that writes files and prints."""
        return self.rank == 0

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "World":
        """The world from torchrun's variables, one process without them; raises UserError."""
        if "WORLD_SIZE" not in environment:
            return cls()
        names = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE")
        values = [environment.get(name, "unset") for name in names]
        if not all(value.isdecimal() for value in values) or int(values[0]) >= int(values[1]):
            listed = ", ".join(f"{name} {value}" for name, value in zip(names, values, strict=True))
            raise UserError(f"the environment is not torchrun's ({listed}): unset WORLD_SIZE")
        unset = [name for name in ("MASTER_ADDR", "MASTER_PORT") if not environment.get(name)]
        if int(values[1]) > 1 and unset:
            raise UserError(
                f"WORLD_SIZE is {values[1]}, without {' and '.join(unset)}: start the "
                "processes with torchrun, or unset WORLD_SIZE for one process"
            )
        return cls(*map(int, values))


def pick_device(name: str, world: World = World()) -> torch.device:
    """The device by its name; `auto` is this process's GPU where there is one.

    Of several processes each has the GPU of its local rank, whatever number is named. Raises
    SettingError for a device that does not exist.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(name)
    except RuntimeError:
        raise SettingError(f"device = {name!r}: must be auto, cpu, cuda or cuda:N") from None
    if device.type == "mps":
        # WaveGlow inverts its convolutions in float64, and nothing has run on one.
        raise SettingError(f"device = {name!r}: not supported, it has no float64; use --device cpu")
    if device.type not in ("cpu", "cuda"):
        raise SettingError(f"device = {name!r}: must be auto, cpu, cuda or cuda:N")
    if device.type == "cpu":
        return device
    count = torch.cuda.device_count()
    if world.size > 1 and world.local_size > count:
        raise SettingError(
            f"device = {name!r}: {socket.gethostname()} has {count} GPUs for {world.local_size} "
            "processes: start one process for each GPU, or use --device cpu"
        )
    named = world.size == 1 and device.index is not None
    index = device.index if named else world.local_rank
    if index >= count:
        raise SettingError(f"device = {name!r}: torch finds {count} GPUs, none with number {index}")
    return torch.device("cuda", index)


def describe_device(name: str, world: World) -> str:
    """A line where the number of a named GPU has no effect; "" where it has, or none is named."""
    if world.size == 1 or not re.fullmatch(r"cuda:\d+", name):
        return ""
    return f"the number in --device {name} is ignored: each process has the GPU of its local rank"


def pick_precision(name: str, device: torch.device) -> str:
    """The precision by its name; `auto` is bf16 where the device accelerates it, else fp32.

    Raises SettingError for one that the device does not support.
    """
    if name == "auto":
        return "bf16" if _fast_bfloat16(device) else "fp32"
    if name == "tf32" and device.type != "cuda":
        raise SettingError(f"precision = tf32: only GPUs have it, not {device.type}", "precision")
    return name


def describe_precision(name: str, device: torch.device) -> str:
    """What half precision comes to on a CPU, in a line; "" where that is no question."""
    if device.type != "cpu" or name not in HALVES or name == pick_precision("auto", device):
        return ""
    if name == "bf16":
        return "this CPU has no units for bf16: --precision auto is fp32 on it"
    auto = pick_precision("auto", device)
    return f"fp16 is for GPUs, and slow on a CPU: --precision auto is {auto} on this one"


@dataclass(frozen=True)
class Machine:
    """The device, the precision and the processes of a run."""

    device: torch.device = torch.device("cpu")
    precision: str = "fp32"
    world: World = World()

    @classmethod
    def pick(cls, device: str, precision: str) -> "Machine":
        """From settings and torchrun's environment; raises as pick_device and pick_precision."""
        world = World.from_environment()
        found = pick_device(device, world)
        return cls(found, pick_precision(precision, found), world)

    @contextmanager
    def working(self) -> Iterator[None]:
        """Within it the threads, the precision and the process group are set up."""
        threads = torch.get_num_threads()
        torch.set_num_threads(thread_count(self.world))
        try:
            with (
                matmul_precision(self.precision, self.device),
                process_group(self.world, self.device),
            ):
                yield
        finally:
            torch.set_num_threads(threads)

    def share(self, model: nn.Module) -> nn.Module | None:
        """The model wrapped for distributed training; None for a single process."""
        if self.world.size == 1:
            return None
        with warnings.catch_warnings():
            # The replacement of broadcast_buffers does not exist before torch 2.13.
            warnings.simplefilter("ignore", FutureWarning)
            # Every process has the same statistics of batch norms: they are summed over all.
            gpu = [self.device.index] if self.device.type == "cuda" else None
            return DistributedDataParallel(model, device_ids=gpu, broadcast_buffers=False)


@contextmanager
def memory_errors(what: str, advice: str = "") -> Iterator[None]:
    """Within it running out of memory raises OutOfMemory.

    An OutOfMemory from within keeps its `what` and gets `advice` where it has none.
    """
    try:
        yield
    except OutOfMemory as error:
        raise OutOfMemory(error.what, error.advice or advice) from None
    except (MemoryError, RuntimeError, OSError) as error:
        if not is_out_of_memory(error):
            raise
        raise OutOfMemory(what, advice) from None


def is_out_of_memory(error: BaseException) -> bool:
    """Whether memory ran out, of the machine or its GPU; torch has no one type for it."""
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    told = str(error).lower()
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or (
        isinstance(error, RuntimeError) and any(sign in told for sign in NO_MEMORY)
    )


@contextmanager
def matmul_precision(precision: str, device: torch.device) -> Iterator[None]:
    """Within it float32 products are in TF32 on a GPU, but for the precision fp32.

    With bf16 and fp16 that is what autocast leaves in float32.
    """
    with _float32_products(tf32=device.type == "cuda" and precision != "fp32"):
        yield


@contextmanager
def exact_products() -> Iterator[None]:
    """Within it float32 products are without TF32, whatever the precision of the run.

    What autograd computes in a backward pass is computed outside of it.
    """
    with _float32_products(tf32=False):
        yield


def autocast(precision: str, device: torch.device) -> AbstractContextManager[None]:
    """The autocast context of a forward pass; does nothing but for bf16 and fp16."""
    half = HALVES.get(precision)
    return torch.autocast(device.type, half) if half else nullcontext()


def make_scaler(precision: str, device: torch.device) -> torch.amp.GradScaler:
    """The loss scaler that keeps fp16 gradients from underflow; disabled for the others."""
    return torch.amp.GradScaler(device.type, enabled=precision == "fp16")


def thread_count(world: World = World()) -> int:
    """The threads for each process on this machine: OMP_NUM_THREADS, or its share of the cores.

    Never more than OMP_THREAD_LIMIT: OpenMP starts no more, and oneDNN waits for the others for
    ever.
    """
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    share = max(1, cores // world.local_size)
    count = share if _is_torchruns(os.environ) else _number("OMP_NUM_THREADS", share)
    return min(count, _number("OMP_THREAD_LIMIT", count))


def _is_torchruns(environment: Mapping[str, str]) -> bool:
    """Whether torchrun has set OMP_NUM_THREADS, and not the user.

    torchrun sets it to 1 for its processes where it is not set, whatever the cores.
    """
    if environment.get("OMP_NUM_THREADS") != "1" or "TORCHELASTIC_RUN_ID" not in environment:
        return False
    try:
        # What torchrun itself was started with.
        started_with = Path(f"/proc/{os.getppid()}/environ").read_bytes().split(b"\0")
    except OSError:
        return True
    return b"OMP_NUM_THREADS=1" not in started_with


def _number(variable: str, default: int) -> int:
    """The number in a variable of the environment, the first of a list, as OpenMP reads it."""
    listed = re.fullmatch(r"\s*\+?(\d{1,9})\s*(,.*)?", os.environ.get(variable, ""))
    return min(int(listed[1]), MOST_THREADS) if listed and int(listed[1]) else default


@contextmanager
def process_group(world: World, device: torch.device) -> Iterator[None]:
    """Within it the processes form a group, by nccl between GPUs, else by gloo."""
    if world.size == 1:
        yield
        return
    if device.type == "cuda":
        torch.cuda.set_device(device)
    _join_group(world, device)
    is_whole = False
    try:
        yield
        # No process leaves while another one is still in a reduction with it.
        distributed.barrier()
        is_whole = True
    except RuntimeError as error:
        if not _is_lost_peer(error):
            raise
        raise PeerLost(
            f"process {world.rank} of {world.size} has lost another one "
            f"({_first_line(error).partition('. ')[0]}); "
            "the run continues from its last checkpoint when it is started again"
        ) from None
    finally:
        # nccl would wait here for processes that may be gone.
        if is_whole or device.type != "cuda":
            distributed.destroy_process_group()


def _join_group(world: World, device: torch.device) -> None:
    """Meet the other processes; raises UserError if they do not come, or have no place to meet."""
    try:
        if world.rank:
            _await_first(MEETING_SECONDS)
        wait = timedelta(seconds=MEETING_SECONDS)
        store, *_ = next(distributed.rendezvous("env://", world.rank, world.size, timeout=wait))
        meet(store, world, device, wait)
        # gloo for what is on no GPU: it raises as soon as a process is lost.
        backend = "cpu:gloo,cuda:nccl" if device.type == "cuda" else "gloo"
        store.set_timeout(GROUP_TIMEOUT)
        distributed.init_process_group(
            backend,
            store=store,
            rank=world.rank,
            world_size=world.size,
            timeout=GROUP_TIMEOUT,
        )
        # nccl connects at its first reduction.
        sum_over_world(torch.zeros((), device=device))
    except (OSError, OverflowError, RuntimeError, ValueError) as error:
        place = ":".join(os.environ.get(name, "?") for name in ("MASTER_ADDR", "MASTER_PORT"))
        raise UserError(
            f"process {world.rank} of {world.size} has not met the others at {place} "
            f"({_first_line(error)}): start all of them with torchrun, or unset WORLD_SIZE"
        ) from None


def meet(store: "distributed.Store", world: World, device: torch.device, wait: timedelta) -> None:
    """Wait until all processes are there; raises UserError where their devices differ in kind."""
    store.set(f"device/{world.rank}", f"{device.type} on {socket.gethostname()}")
    names = [f"device/{rank}" for rank in range(world.size)]
    store.wait(names, wait)
    first, *others = (store.get(name).decode() for name in names)
    for rank, other in enumerate(others, start=1):
        if other.partition(" ")[0] != first.partition(" ")[0]:
            raise UserError(
                f"process 0 has the device {first}, process {rank} {other}: "
                "--device cpu computes on the CPU everywhere"
            )


def _await_first(seconds: float) -> None:
    """Wait until the first process listens; torch prints its stack for every attempt that fails."""
    end = time.monotonic() + seconds
    place = (os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"]))
    while True:
        try:
            return socket.create_connection(place, timeout=seconds).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def _is_lost_peer(error: RuntimeError) -> bool:
    # gloo's errors have no type of their own; they begin with its source file.
    return isinstance(error, distributed.DistError) or "gloo/" in str(error)


def _first_line(error: Exception) -> str:
    """The first line of an error without the source file that it begins with."""
    return re.sub(r"^\[\S*\] *", "", str(error).partition("\n")[0]).rstrip(". ")


def sum_over_world(value: Tensor) -> Tensor:
    """The sum over all processes, without a gradient; the tensor itself for one process."""
    if not _in_group():
        return value
    total = value.detach().clone()
    distributed.all_reduce(total)
    return total


def broadcast_flag(flag: int, device: torch.device) -> int:
    """The largest flag of all processes, so that all of them stop at the same step, say."""
    if not _in_group():
        return flag
    largest = torch.tensor(flag, device=device)
    distributed.all_reduce(largest, distributed.ReduceOp.MAX)
    return int(largest)


def _in_group() -> bool:
    return distributed.is_available() and distributed.is_initialized()


def _fast_bfloat16(device: torch.device) -> bool:
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= AMPERE
    if device.type == "cpu" and hasattr(torch.cpu, "get_capabilities"):
        capabilities = torch.cpu.get_capabilities()
        return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))
    return False


@contextmanager
def _float32_products(tf32: bool) -> Iterator[None]:
    before = torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32
    _set_precision("high" if tf32 else "highest", tf32)
    try:
        yield
    finally:
        _set_precision(*before)


def _set_precision(products: str, convolutions: bool) -> None:
    torch.set_float32_matmul_precision(products)
    torch.backends.cudnn.allow_tf32 = convolutions
