"""What the processes of a run agree on: the leading one decides, and an error of one ends all."""

import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import distributed

from ...errors import CheckpointError, UserError
from ...records import Console, NullConsole
from ..device import World
from .resume import hash_of

T = TypeVar("T")
# How long a process waits before it says so, and how often it looks.
PATIENCE, LOOK_EVERY = 5.0, 0.01


def from_leader(
    world: World, decide: Callable[[], T], what: str = "", console: Console = NullConsole()
) -> T:
    """What `decide` returns in the leading process, or the UserError that it raises there.

    Where that takes a while, the others say on their consoles that they wait for `what`.
    """
    if world.size == 1:
        return decide()
    result: list[Any] = [None, None]
    if world.leads:
        try:
            result = [decide(), None]
        except UserError as error:
            result = [None, error]
    _wait_for_all(world, what, console)
    distributed.broadcast_object_list(result)
    value: T = result[0]
    if result[1]:
        raise result[1]
    return value


def _wait_for_all(world: World, what: str, console: Console) -> None:
    """Wait until all processes are here: no process waits in silence for long."""
    arrival = distributed.all_reduce(torch.zeros(()), async_op=True)
    patience = time.monotonic() + PATIENCE
    while not arrival.is_completed() and time.monotonic() < patience:
        time.sleep(LOOK_EVERY)
    if what and not world.leads and not arrival.is_completed():
        console.print(f"process {world.rank} waits for process 0: {what}")
    arrival.wait()


@contextmanager
def ending_together(world: World) -> Iterator[None]:
    """Within it a UserError of one process ends all of them, with its text and its host's name.

    Nothing in it may wait for another process.
    """
    if world.size == 1:
        yield
        return
    message = ""
    try:
        yield
    except UserError as error:
        message = str(error)
    for rank, (host, other) in enumerate(_gather(world, message)):
        if other:
            raise UserError(f"process {rank} on {host}: {other}")


def check_equal(world: World, facts: Mapping[str, object]) -> None:
    """Raise UserError in all processes where a fact of one is not that of the leading one."""
    if world.size == 1:
        return
    (leader, wanted), *others = _gather(world, dict(facts))
    for rank, (host, found) in enumerate(others, start=1):
        for name in wanted:
            if found.get(name) != wanted[name]:
                raise UserError(
                    f"process {rank} on {host} and process 0 on {leader} differ in {name}: "
                    f"{found.get(name)}, not {wanted[name]}"
                )


def leaders_file(world: World, find: Callable[[], Path | None]) -> Path | None:
    """The file that the leading process finds; raises UserError where another reads another one."""
    path = from_leader(world, find)
    if path is None or world.size == 1:
        return path
    with ending_together(world):
        try:
            content = hash_of(path)
        except CheckpointError as error:
            why = f"{error.why}; process 0 reads it, and every machine must have it"
            raise CheckpointError(path, why) from None
    check_equal(world, {f"the content of {path}": content})
    return path


def _gather(world: World, value: T) -> list[tuple[str, T]]:
    """The host's name and the value of every process, by rank."""
    gathered: list[Any] = [None] * world.size
    distributed.all_gather_object(gathered, (socket.gethostname(), value))
    return gathered
