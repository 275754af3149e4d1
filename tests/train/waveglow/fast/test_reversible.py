"""The pass that saves only the noise: the same gradients, and memory that does not grow."""

from dataclasses import replace

import pytest
import torch

from tests.train.waveglow.fast.test_flow import SMALL, close, learning_input, results
from tests.train.waveglow.test_network import randomised
from voiceprep.train.waveglow.fast import normalise
from voiceprep.train.waveglow.fast.reversible import ReversibleFlows
from voiceprep.train.waveglow.network import WN, Noise, WaveGlow


def reversible(model, audio, mel):
    """The plain network, but flows that are inverted in the backward pass."""
    parameters = tuple(model.parameters())
    values, *rest = ReversibleFlows.apply(model, WN.__call__, audio, mel, *parameters)
    flows = model.config.flows
    return Noise(values, tuple(rest[:flows]), tuple(rest[flows:]))


@pytest.mark.parametrize("sizes", [{}, {"early_size": 0}, {"flows": 1}, {"groups": 12}])
def test_gradients_are_those_of_autograd(sizes):
    config = replace(SMALL, **sizes)
    model = randomised(config).double()
    audio, mel = (one.detach().double() for one in learning_input(config))
    given = audio.requires_grad_(), mel.requires_grad_()
    noise, grads = results(model, *given, reversible)
    plain, plain_grads = results(model, *given, WaveGlow.normalise)
    close(noise.values, plain.values, 1e-10)
    for name, grad in plain_grads.items():
        close(grads[name], grad, 1e-8, name)


def test_the_noise_that_is_kept_is_not_changed():
    model, (audio, mel) = randomised(SMALL), learning_input(SMALL)
    noise = reversible(model, audio, mel)
    before = noise.values.detach().clone()
    noise.values.square().sum().backward()
    assert torch.equal(noise.values.detach(), before)


def saved_bytes(flows, recompute):
    """How much autograd keeps of a pass, parameters aside."""
    model = randomised(replace(SMALL, flows=flows, early_size=0))
    audio, mel = learning_input(SMALL, places=200)
    own = {value.untyped_storage().data_ptr() for value in model.parameters()}
    kept = {}

    def keep(value):
        if (place := value.untyped_storage().data_ptr()) not in own:
            kept[place] = value.untyped_storage().nbytes()
        return value

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda value: value):
        noise = normalise(model, audio, mel, recompute)
    assert noise.values.requires_grad
    return sum(kept.values())


def test_what_is_kept_does_not_grow_with_the_flows_where_it_is_recomputed():
    assert saved_bytes(8, recompute=True) == saved_bytes(2, recompute=True)
    assert saved_bytes(8, recompute=False) > 2 * saved_bytes(2, recompute=False)
