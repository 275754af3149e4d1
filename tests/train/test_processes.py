"""Two processes that train one model take the step that one process takes."""

import os
import socket

import numpy as np
import torch
from torch import multiprocessing
from torch.nn.parallel import DistributedDataParallel

from tests.train.made import TINY, made_items
from voiceprep.audio.mel import MelConfig
from voiceprep.train.beginning import Recipe, begin
from voiceprep.train.device import Machine, World, joined
from voiceprep.train.loop import take_step
from voiceprep.train.models.tacotron2 import without_dropout
from voiceprep.train.settings import InferConfig, LossConfig, ScheduleConfig, TrainConfig
from voiceprep.train.tasks.tacotron2 import Tacotron2Task
from voiceprep.train.voice import Voice

CPU, VOICE = torch.device("cpu"), Voice(mel=MelConfig(mel_channels=10))


def step_with(items, world, batch_size, wrap):
    """The weights after one step of plain descent, so that the step is the gradient."""
    train = TrainConfig(steps=1, batch_size=batch_size, grad_clip=1e9)
    schedule, loss = ScheduleConfig(learning_rate=1.0), LossConfig(guided_attention=1.0)
    config = without_dropout(TINY)
    recipe = Recipe("tacotron2", config, VOICE, train, schedule, loss, InferConfig())
    task = Tacotron2Task(items, VOICE, config, loss, train, world)
    beginning = begin(recipe, 1, Machine(world=world))
    run = beginning.run
    run.optimiser = torch.optim.SGD(run.model.parameters(), 1.0)
    run.model.train()
    batches = [task.read(indices) for indices in task.plan(0)[:1]]
    told = take_step(run, task, batches, beginning.pace, world, wrap(run.model))
    return run.model.state_dict(), told


def work(rank, port, items, target):
    torch.set_num_threads(1)
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    world = World(rank, 2, rank, 2)
    with joined(world, CPU):
        wrap = lambda model: DistributedDataParallel(model, broadcast_buffers=False)  # noqa: E731
        weights, told = step_with(items, world, 2, wrap)
        torch.save((weights, told.losses, told.size, told.gradient_norm), target / f"{rank}.pt")
    # As the command ends: torch's threads may abort a process that ends in the usual way.
    os._exit(0)


def test_two_processes_take_the_step_of_one(tmp_path):
    items = made_items(tmp_path, [5, 9, 3], [13, 21, 6])
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    multiprocessing.spawn(work, (port, items, tmp_path), nprocs=2)
    wanted, told = step_with(items, World(), 4, lambda model: model)
    for rank in (0, 1):
        weights, losses, size, norm = torch.load(tmp_path / f"{rank}.pt", weights_only=True)
        for name, value in wanted.items():
            torch.testing.assert_close(weights[name], value, rtol=1e-4, atol=2e-5, msg=name)
        assert size == told.size == 40
        np.testing.assert_allclose(norm, told.gradient_norm, rtol=1e-4)
        for name, value in told.losses.items():
            np.testing.assert_allclose(losses[name], value, rtol=1e-5)
