"""Two processes that train one model take the step that one process takes."""

import os
import socket
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import multiprocessing
from torch.nn.parallel import DistributedDataParallel

from tests import forked
from tests.train.made import TINY, made_items
from tests.train.waveglow.test_task import RECIPE, made_sounds
from voiceprep.audio.mel import MelConfig
from voiceprep.train.device import Machine, World, process_group
from voiceprep.train.frontend import FrontendConfig
from voiceprep.train.recipe import Recipe
from voiceprep.train.run.loop import read_steps, take_step
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
        wrap = lambda model: DistributedDataParallel(model, broadcast_buffers=False)  # noqa: E731
        weights, told = step_with(RECIPES[name], items, world, wrap)
        torch.save((weights, told.losses, told.size, told.gradient_norm), target / f"{rank}.pt")
    # As the command ends: torch's threads may abort a process that ends in the usual way.
    os._exit(0)


@pytest.mark.parametrize("recipe", RECIPES)
def test_two_processes_take_the_step_of_one(tmp_path, recipe):
    reads_texts = recipe == "tacotron2"
    items = (
        made_items(tmp_path, [5, 9, 3], [13, 21, 6]) if reads_texts else made_sounds(tmp_path, 3)
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    multiprocessing.start_processes(
        work, (port, recipe, items, tmp_path), nprocs=2, start_method=forked.METHOD
    )
    wanted, told = step_with(RECIPES[recipe], items, World(), lambda model: model)
    for rank in (0, 1):
        weights, losses, size, norm = torch.load(tmp_path / f"{rank}.pt", weights_only=True)
        for name, value in wanted.items():
            torch.testing.assert_close(weights[name], value, rtol=1e-4, atol=2e-5, msg=name)
        assert size == told.size == (40 if reads_texts else 3 * 2048)
        np.testing.assert_allclose(norm, told.gradient_norm, rtol=1e-4)
        for name, value in told.losses.items():
            np.testing.assert_allclose(losses[name], value, rtol=1e-5, atol=1e-7)
