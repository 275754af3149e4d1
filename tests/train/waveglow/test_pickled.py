"""The network that is pickled for NVIDIA/waveglow's scripts, read as they would read it."""

import sys
import types

import pytest
import torch
from torch import nn

from tests.train.made_checkpoints import VOCODER, made_vocoder, same_weights, saved
from voiceprep.errors import CheckpointError
from voiceprep.train.checkpoints.checkpoint import Checkpoint
from voiceprep.train.waveglow.layout import join


@pytest.fixture
def glow():
    """A module with classes of the names that NVIDIA's has, as the loading script has them."""

    def with_classes(name):
        module = types.ModuleType(name)
        for kind in ("WaveGlow", "WN", "Invertible1x1Conv"):
            setattr(module, kind, type(kind, (nn.Module,), {"__module__": name}))
        sys.modules[name] = module
        return module

    yield with_classes
    for name in ("glow", "glow_old"):
        sys.modules.pop(name, None)


@pytest.fixture
def written(tmp_path):
    made_vocoder().save(tmp_path / "waveglow_3", "nvidia")
    return tmp_path / "waveglow_3"


def test_a_script_with_nvidias_classes_gets_its_network(written, glow):
    module = glow("glow")
    fields = torch.load(written, weights_only=False)
    network = fields["model"]
    assert type(network) is module.WaveGlow
    assert {type(flow) for flow in network.WN} == {module.WN}
    assert same_weights(network.state_dict(), join(made_vocoder().weights))
    assert (network.n_group, network.n_early_every, network.n_remaining_channels) == (8, 2, 4)
    assert network.WN[0].in_layers[2].dilation == (4,)
    assert (fields["iteration"], fields["learning_rate"]) == (3, 2e-4)
    torch.optim.Adam(network.parameters()).load_state_dict(fields["optimizer"])


def test_without_nvidias_classes_nothing_is_made(written):
    with pytest.raises(ModuleNotFoundError, match="glow"):
        torch.load(written, weights_only=False)


@pytest.mark.filterwarnings("ignore:.*weight_norm.*:FutureWarning")
@pytest.mark.parametrize("normed", [True, False], ids=["weight norm", "without"])
def test_its_layers_do_what_ours_do(written, glow, normed):
    glow("glow")
    flow = torch.load(written, weights_only=False)["model"].WN[0]
    ours = made_vocoder().build().WN[0]
    for layer in () if normed else (flow.start, flow.in_layers[1], flow.cond_layer):
        nn.utils.remove_weight_norm(layer)
    half, hidden = torch.randn(2, 4, 9), torch.randn(2, VOCODER.wn_channels, 9)
    conditions = torch.randn(2, 40, 9)
    with torch.no_grad():
        close(flow.start(half), ours.start(half))
        close(flow.in_layers[1](hidden), ours.in_layers[1](hidden))
        heard = torch.cat([layer(conditions) for layer in ours.cond_layers], 1)
        close(flow.cond_layer(conditions), heard)


def close(found, wanted):
    torch.testing.assert_close(found, wanted, atol=1e-5, rtol=1e-5)


def test_its_tensors_lie_in_the_file_once(written):
    made = made_vocoder()
    numbers = sum(value.numel() for value in made.weights.values())
    # The weights and the two moments of each.
    assert written.stat().st_size < 3 * 4 * numbers * 1.35


def test_a_network_of_alternating_halves_is_refused_by_name(tmp_path, glow):
    network = glow("glow_old").WaveGlow()
    network.convinv = nn.ModuleList([nn.Conv1d(2, 2, 1)])
    path = saved(tmp_path / "waveglow_old.pt", {"model": network, "iteration": 1})
    with pytest.raises(CheckpointError, match="glow_old") as caught:
        Checkpoint.load(path)
    assert caught.value.path == path
