"""Every way of computing the networks: the plain model's numbers, and what a GPU needs of it."""

import pytest
import torch

from tests.train.gpu_rules import no_waiting
from tests.train.waveglow.fast.test_flow import (
    SMALL,
    assert_equal,
    close,
    half,
    learning_input,
    results,
)
from tests.train.waveglow.test_network import randomised
from voiceprep.train.waveglow.config import WaveGlowConfig
from voiceprep.train.waveglow.fast import FastInverse, Variant, normalise
from voiceprep.train.waveglow.fast import variants as variants_module
from voiceprep.train.waveglow.fast.variants import variant_for
from voiceprep.train.waveglow.network import WaveGlow
from voiceprep.train.waveglow.task import flow_losses

NETWORKS = ("packed", "windows", "convolutions")
networks = pytest.mark.parametrize("network", NETWORKS)
recomputing = pytest.mark.parametrize("recompute", [False, True])


@pytest.fixture
def graphs(monkeypatch):
    """The graphs that torch.compile traces where a variant is compiled."""
    traced = []

    def keep(graph, _):
        traced.append(graph)
        return graph.forward

    function = variants_module.convolve
    compiled = torch.compile(function, fullgraph=True, backend=keep)
    monkeypatch.setattr(variants_module, "compiled_network", lambda: compiled)
    yield traced
    torch.compiler.reset()


def way(network, recompute=False, **settings):
    """A pass from audio to noise by a variant."""
    variant = Variant(network, **settings)
    return lambda model, audio, mel: normalise(model, audio, mel, recompute, variant)


def test_a_cpu_packs_weights_and_nothing_is_compiled_or_recorded_unless_it_is_asked_for():
    assert variant_for(torch.device("cpu")) == Variant("packed")
    assert variant_for(torch.device("cuda", 1)) == Variant("windows")


@networks
@recomputing
def test_noise_and_gradients_are_the_plain_models(network, recompute):
    assert_equal(randomised(SMALL), *learning_input(SMALL), way(network, recompute))


@networks
@recomputing
def test_in_bfloat16_gradients_are_no_further_off_than_the_plain_models(network, recompute):
    model, (audio, mel) = randomised(SMALL), learning_input(SMALL, places=60)
    _, exact = results(model, audio, mel, WaveGlow.normalise)
    _, plain = results(model, audio, mel, half(WaveGlow.normalise))
    _, found = results(model, audio, mel, half(way(network, recompute)))
    off, plainly_off = (
        sum((grads[name] - exact[name]).square().sum() for name in exact)
        for grads in (found, plain)
    )
    assert off <= 1.1 * plainly_off


@networks
@pytest.mark.parametrize("recorded", [False, True])
def test_sound_is_the_plain_models(network, recorded):
    model, (_, mel) = randomised(SMALL), learning_input(SMALL)
    inverse = FastInverse(model, variant=Variant(network, recorded=recorded))
    noise = torch.randn(2, SMALL.groups, 24)
    with torch.no_grad():
        wanted = model.inverse(noise, mel)
    for _ in range(3):
        close(inverse(noise, mel), wanted, 1e-4)


@networks
@recomputing
def test_a_training_step_waits_for_nothing_and_runs_on_meta_tensors(network, recompute):
    model, inputs = randomised(SMALL), [one.detach() for one in learning_input(SMALL)]
    samples = inputs[0].numel()
    for device in ("cpu", "meta"):
        model, (audio, mel) = model.to(device), (one.to(device) for one in inputs)
        model.zero_grad()
        with no_waiting():
            noise = way(network, recompute)(model, audio, mel)
            flow_losses(noise, 1.0, samples).total.backward()
        assert {value.grad.device.type for value in model.parameters()} == {device}


@networks
@pytest.mark.parametrize("recorded", [False, True])
def test_making_sound_waits_for_nothing_and_runs_on_meta_tensors(network, recorded):
    model, (_, mel) = randomised(SMALL), [one.detach() for one in learning_input(SMALL)]
    noise = torch.randn(2, SMALL.groups, 24)
    for device in ("cpu", "meta"):
        variant = Variant(network, recorded=recorded)
        inverse = FastInverse(model.to(device), variant=variant)
        inputs = noise.to(device), mel.to(device)
        with no_waiting():
            for _ in range(2):
                sound = inverse(*inputs)
        assert sound.shape == (2, 24 * SMALL.groups)


@pytest.mark.parametrize("network", ["windows", "convolutions"])
def test_both_passes_are_traced_without_a_break(network):
    model, (audio, mel) = randomised(SMALL), learning_input(SMALL)
    inverse = FastInverse(model, variant=Variant(network))
    whole = torch.compile(way(network), fullgraph=True, backend="eager")
    assert_equal(model, audio, mel, lambda *inputs: whole(*inputs))
    with torch.no_grad():
        noise = normalise(model, audio, mel).values
        sound = torch.compile(inverse.inverse, fullgraph=True, backend="eager")(noise, mel)
    close(sound, audio, 1e-4)
    torch.compiler.reset()


@pytest.mark.parametrize("network", ["windows", "convolutions"])
@recomputing
def test_a_compiled_network_serves_all_flows_and_lengths(graphs, network, recompute):
    config = WaveGlowConfig(5, 24, 64, flows=9, early_every=3, wn_layers=2, wn_channels=6)
    model, compiled = randomised(config), way(network, recompute, compiled=True)
    assert_equal(model, *learning_input(config), compiled)
    traced = len(graphs)
    assert traced == (2 if recompute else 1)
    for places in (27, 30, 33):
        assert_equal(model, *learning_input(config, places), compiled)
    # The second length makes it free.
    assert len(graphs) == 2 * traced


def test_sound_by_a_compiled_network_is_the_plain_models(graphs):
    model, (_, mel) = randomised(SMALL), learning_input(SMALL)
    noise = torch.randn(2, SMALL.groups, 24)
    inverse = FastInverse(model, variant=Variant("windows", compiled=True, recorded=True))
    with torch.no_grad():
        wanted = model.inverse(noise, mel)
    for _ in range(2):
        close(inverse(noise, mel), wanted, 1e-4)
    assert graphs
