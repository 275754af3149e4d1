"""Two processes train one model as one process does, and agree on what they do."""

import os
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import distributed, multiprocessing

from tests import forked
from tests.train.made import TINY, made_items
from tests.train.waveglow.test_task import RECIPE, made_sounds
from voiceprep.audio.mel import MelConfig
from voiceprep.errors import SettingError, UserError
from voiceprep.train.device import GROUP_TIMEOUT, Machine, World, process_group
from voiceprep.train.frontend import FrontendConfig
from voiceprep.train.recipe import Recipe
from voiceprep.train.run import processes
from voiceprep.train.run.loop import read_steps, take_step
from voiceprep.train.run.processes import check_equal, ending_together, from_leader, leaders_file
from voiceprep.train.run.setup import build_run, build_task
from voiceprep.train.settings import CropConfig, ScheduleConfig, TrainConfig
from voiceprep.train.tacotron2.config import LossConfig
from voiceprep.train.tacotron2.network import without_dropout

CPU, VOICE = torch.device("cpu"), FrontendConfig(mel=MelConfig(mel_channels=10))
TRAIN = TrainConfig(steps=1, batch_size=4, grad_clip=1e9)
DESCENT = ScheduleConfig(learning_rate=1.0)
RECIPES = {
    "tacotron2": Recipe(
        "tacotron2",
        without_dropout(TINY),
        VOICE,
        TRAIN,
        DESCENT,
        {"loss": LossConfig(guided_attention=1.0)},
    ),
    "tacotron2 with padding": Recipe(
        "tacotron2", replace(without_dropout(TINY), padding="original"), VOICE, TRAIN, DESCENT
    ),
    "waveglow": replace(RECIPE, train=TRAIN, schedule=DESCENT),
    "waveglow that recomputes": replace(
        RECIPE,
        train=TRAIN,
        schedule=DESCENT,
        more={"crops": CropConfig(segment_length=2048, recompute=True)},
    ),
}


def step_with(recipe, items, world, wrap):
    """The weights after one step of plain descent, so that the step is the gradient."""
    train = replace(recipe.train, batch_size=recipe.train.batch_size // world.size)
    task = build_task(replace(recipe, train=train), items, world)
    beginning = build_run(recipe, 1, Machine(world=world))
    run = beginning.run
    run.optimizer = torch.optim.SGD(run.model.parameters(), 1.0, fused=True)
    run.model.train()
    batches = [task.read(indices) for indices in task.epoch_batches(0)[:1]]
    (told,) = read_steps([take_step(run, task, batches, beginning.plan, world, wrap(run.model))])
    return run.model.state_dict(), told


def work(rank, port, name, items, target):
    torch.set_num_threads(1)
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    world = World(rank, 2, rank, 2)
    with process_group(world, CPU):
        weights, told = step_with(RECIPES[name], items, world, Machine(world=world).share)
        torch.save((weights, told.losses, told.size, told.gradient_norm), target / f"{rank}.pt")
    # As the command ends: torch's threads may abort a process that ends in the usual way.
    os._exit(0)


def made_clips(folder, recipe):
    """Clips of several lengths, and the size of their batch; both processes have a longest one."""
    if recipe == "tacotron2":
        return made_items(folder, [5, 9, 3], [13, 21, 6]), 40
    if recipe == "tacotron2 with padding":
        # What padding does to a model depends on the longest clip of its own process.
        return made_items(folder, [9, 9, 3, 5], [21, 21, 6, 13]), 61
    return made_sounds(folder, 3), 3 * 2048


@pytest.mark.parametrize("recipe", RECIPES)
def test_two_processes_take_the_step_of_one(tmp_path, recipe):
    items, size = made_clips(tmp_path, recipe)
    arguments = (forked.free_port(), recipe, items, tmp_path)
    multiprocessing.start_processes(work, arguments, nprocs=2, start_method=forked.METHOD)
    wanted, told = step_with(RECIPES[recipe], items, World(), lambda model: model)
    for rank in (0, 1):
        weights, losses, counted, norm = torch.load(tmp_path / f"{rank}.pt", weights_only=True)
        for name, value in wanted.items():
            torch.testing.assert_close(weights[name], value, rtol=1e-5, atol=1e-5, msg=name)
        assert counted == told.size == size
        np.testing.assert_allclose(norm, told.gradient_norm, rtol=1e-5)
        for name, value in told.losses.items():
            np.testing.assert_allclose(losses[name], value, rtol=1e-5, atol=1e-7)


class Lines(list):
    """A console that keeps its lines."""

    print = list.append


def waits(world):
    lines = Lines()
    processes.PATIENCE = 0.05
    from_leader(world, partial(time.sleep, 0.2), "its evaluation", lines)
    return lines


def fails(world, ranks, message="is gone"):
    with ending_together(world):
        if world.rank in ranks:
            raise SettingError(f"{message} at {world.rank}")
    return "goes on"


def refuses(world):
    def decide():
        raise SettingError(f"refused by {world.rank}")

    return from_leader(world, decide)


def finds(world, content):
    """What is found by the leading process, and looked for in a folder of each one's own."""
    own = Path(str(world.rank))
    own.mkdir(exist_ok=True)
    name = f"{'-'.join(content)}.pt"
    if content[world.rank]:
        (own / name).write_text(content[world.rank])
    os.chdir(own)
    try:
        return leaders_file(world, lambda: None if world.rank else Path(name))
    finally:
        os.chdir("..")


def shares(world):
    """The weights of a model that begins otherwise in each process."""
    torch.manual_seed(world.rank)
    layer = torch.nn.Linear(2, 2)
    Machine(world=world).share(layer)
    return layer.weight.tolist()


AGREEMENTS = {
    "weights": shares,
    "decided": lambda world: from_leader(world, lambda: world.rank + 7),
    "refused": refuses,
    "waited": waits,
    "one fails": partial(fails, ranks=[1]),
    "both fail": partial(fails, ranks=[0, 1]),
    "none fails": partial(fails, ranks=[]),
    "equal": lambda world: check_equal(world, {"size": 3}),
    "unequal": lambda world: check_equal(world, {"size": 3, "seed": world.rank}),
    "same file": partial(finds, content=["a", "a"]),
    "no file": partial(finds, content=["a", ""]),
    "other file": partial(finds, content=["a", "b"]),
    "nothing to find": lambda world: leaders_file(world, lambda: Path("x") if world.rank else None),
}


def agree(rank, port, folder):
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    os.chdir(folder)
    joined, values = [], {}
    initialise = distributed.init_process_group

    def init_process_group(*arguments, **named):
        joined.append(named)
        initialise(*arguments, **named)

    distributed.init_process_group = init_process_group
    world = World(rank, 2, rank, 2)
    with process_group(world, CPU):
        for name, work in AGREEMENTS.items():
            try:
                values[name] = work(world)
            except UserError as error:
                values[name] = f"{type(error).__name__}: {error}"
    values["timeouts"] = {joined[0]["timeout"], joined[0]["store"].timeout}
    torch.save(values, folder / f"{rank}.pt")
    os._exit(0)


@pytest.fixture(scope="module")
def agreed(tmp_path_factory):
    """What each of two processes has of AGREEMENTS."""
    folder = tmp_path_factory.mktemp("agreed")
    arguments = (forked.free_port(), folder)
    multiprocessing.start_processes(agree, arguments, nprocs=2, start_method=forked.METHOD)
    return [torch.load(folder / f"{rank}.pt", weights_only=False) for rank in (0, 1)]


def test_the_leading_process_decides_for_all(agreed):
    assert [values["decided"] for values in agreed] == [7, 7]
    assert [values["refused"] for values in agreed] == ["SettingError: refused by 0"] * 2


def test_a_process_that_waits_for_long_says_for_what(agreed):
    assert agreed[0]["waited"] == []
    assert agreed[1]["waited"] == ["process 1 waits for process 0: its evaluation"]


def test_all_begin_with_the_weights_of_the_leading_process(agreed):
    torch.manual_seed(0)
    wanted = torch.nn.Linear(2, 2).weight.tolist()
    assert [values["weights"] for values in agreed] == [wanted, wanted]


def test_a_group_waits_for_longer_than_any_evaluation_takes(agreed):
    for values in agreed:
        assert values["timeouts"] == {GROUP_TIMEOUT}


def test_an_error_of_one_process_ends_all_and_names_its_host(agreed):
    host = os.uname().nodename
    for values in agreed:
        assert values["none fails"] == "goes on"
        assert values["one fails"] == f"UserError: process 1 on {host}: is gone at 1"
        assert values["both fail"] == f"UserError: process 0 on {host}: is gone at 0"


def test_a_fact_that_differs_ends_all_and_is_named(agreed):
    for values in agreed:
        assert values["equal"] is None
        assert values["unequal"].startswith("UserError: process 1 on ")
        assert values["unequal"].endswith(" differ in seed: 1, not 0")


def test_all_read_the_file_that_the_leading_process_finds(agreed):
    for values in agreed:
        assert values["same file"] == Path("a-a.pt")
        assert values["nothing to find"] is None
        assert "process 1 on " in values["no file"]
        assert ": a-.pt: " in values["no file"]
        assert "differ in the content of a-b.pt" in values["other file"]


def test_a_single_process_asks_nobody():
    assert from_leader(World(), lambda: 7) == 7
    assert leaders_file(World(), lambda: Path("gone")) == Path("gone")
    with pytest.raises(SettingError, match="of its own"), ending_together(World()):
        raise SettingError("of its own")
