"""WaveGlow in every layout that NVIDIA's repositories saved, each made here by other means."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from tests.train.made_checkpoints import VOCODER, made_vocoder, same_adam, same_weights, saved
from voiceprep.errors import CheckpointError
from voiceprep.train.checkpoints.checkpoint import Checkpoint
from voiceprep.train.checkpoints.contents import Raw
from voiceprep.train.checkpoints.layout import recognize
from voiceprep.train.waveglow.config import WaveGlowConfig
from voiceprep.train.waveglow.layout import join, part

REFERENCE = Path(__file__).parents[2] / "reference"
KINDS = ("bias", "weight_g", "weight_v")


def fused(weights):
    """As NVIDIA/waveglow has it: the layers that hear the mel are one, and the last of a flow."""
    renamed = {name: value for name, value in weights.items() if "cond_layers" not in name}
    for flow in range(VOCODER.flows):
        for kind in KINDS:
            layers = [weights[f"WN.{flow}.cond_layers.{n}.{kind}"] for n in range(3)]
            renamed[f"WN.{flow}.cond_layer.{kind}"] = torch.cat(layers)
    order = [f"WN.{flow}.{rest}" for flow in range(VOCODER.flows) for rest in flow_order()]
    inverses = [name for name in renamed if name.startswith("convinv")]
    return {name: renamed[name] for name in ["upsample.weight", "upsample.bias", *order, *inverses]}


def flow_order():
    for part_of in ("in_layers", "res_skip_layers"):
        yield from (f"{part_of}.{layer}.{kind}" for layer in range(3) for kind in KINDS)
    yield from (f"start.{kind}" for kind in KINDS)
    yield from ("end.weight", "end.bias")
    yield from (f"cond_layer.{kind}" for kind in KINDS)


def of_2018(weights):
    """What goes on to the next layer and what is summed in layers of their own."""
    renamed = {}
    for name, value in weights.items():
        if ".res_skip_layers.2." in name or ".res_skip_layers." not in name:
            renamed[name.replace("res_skip", "skip")] = value
        else:
            half = len(value) // 2
            renamed[name.replace("res_skip", "res")] = value[:half]
            renamed[name.replace("res_skip", "skip")] = value[half:]
    return renamed


def folded(weights):
    renamed = {}
    for name, value in weights.items():
        if name.endswith("weight_g"):
            direction = weights[name[:-1] + "v"]
            renamed[name[:-2]] = direction * (value / direction.norm(dim=(1, 2), keepdim=True))
        elif not name.endswith("weight_v"):
            renamed[name] = value
    return renamed


def parametrised(weights):
    renamed = {"weight_g": "parametrizations.weight.original0"}
    renamed["weight_v"] = "parametrizations.weight.original1"
    return {
        name.replace(kind, renamed[kind]) if (kind := name[-8:]) in renamed else name: value
        for name, value in weights.items()
    }


def noise_of(checkpoint):
    torch.manual_seed(5)
    audio, mel = torch.randn(2, 512) * 0.3, torch.randn(2, VOCODER.mel_channels, 2)
    with torch.no_grad():
        return checkpoint.build()(audio, mel).values


@pytest.mark.parametrize("lay_out", [dict, fused, of_2018, parametrised])
def test_every_layout_gives_the_same_weights_bit_for_bit(tmp_path, lay_out):
    made = made_vocoder()
    loaded = Checkpoint.load(saved(tmp_path / "x", {"state_dict": lay_out(made.weights)}))
    assert same_weights(loaded.weights, made.weights)
    assert (loaded.model, loaded.config, loaded.frontend) == (
        "waveglow",
        made.config,
        made.frontend,
    )
    loaded.build()


@pytest.mark.parametrize("lay_out", [dict, fused, of_2018])
def test_folded_weights_make_the_same_noise(tmp_path, lay_out):
    made = made_vocoder()
    path = saved(tmp_path / "x", {"state_dict": folded(lay_out(made.weights))})
    loaded = Checkpoint.load(path)
    assert "weight norm was folded" in loaded.notes[0]
    torch.testing.assert_close(noise_of(loaded), noise_of(made), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])
@pytest.mark.parametrize("prefix", ["", "module."])
def test_half_precision_and_prefixes_are_those_of_any_model(tmp_path, prefix, zipped):
    made = made_vocoder()
    weights = {f"{prefix}{name}": value.half() for name, value in fused(made.weights).items()}
    path = saved(tmp_path / "x", weights, _use_new_zipfile_serialization=zipped)
    loaded = Checkpoint.load(path)
    assert list(loaded.weights) == list(made.weights)
    (note,) = loaded.notes
    assert note.endswith("float16")


def test_bare_safetensors_are_read(tmp_path):
    made = made_vocoder()
    save_file(fused(made.weights), tmp_path / "x.safetensors")
    loaded = Checkpoint.load(tmp_path / "x.safetensors")
    assert same_weights(loaded.weights, made.weights)


def test_the_originals_own_file_gives_the_originals_noise():
    loaded = Checkpoint.load(REFERENCE / "checkpoint_WaveGlow_a.pt")
    assert (loaded.model, loaded.origin, loaded.training["epoch"]) == ("waveglow", "dle", 1000)
    with np.load(REFERENCE / "waveglow_a.npz") as file:
        audio, mel, wanted = (torch.from_numpy(file[name]) for name in ("audio", "mel", "z"))
    with torch.no_grad():
        found = loaded.build()(audio, mel).values
    torch.testing.assert_close(found, wanted, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(
    "sizes",
    [
        {"flows": 3, "early_every": 1, "groups": 12},
        {"flows": 6, "early_every": 2, "early_size": 4, "groups": 24},
        {"wn_layers": 1, "wn_channels": 6, "wn_kernel": 5},
        {"mel_channels": 7, "hop_length": 16, "upsample_kernel": 64},
    ],
)
def test_sizes_come_from_the_shapes_alone(tmp_path, sizes):
    made = made_vocoder(replace(VOCODER, **sizes))
    loaded = Checkpoint.load(saved(tmp_path / "x", {"state_dict": join(made.weights)}))
    assert loaded.config == made.config
    assert same_weights(loaded.weights, made.weights)


def test_sizes_that_no_shape_states_are_noted(tmp_path):
    made = made_vocoder(replace(VOCODER, flows=2, hop_length=16, upsample_kernel=64))
    weights = {"state_dict": made.weights}
    loaded = Checkpoint.load(saved(tmp_path / "x", weights))
    assert [note.split(":")[0] for note in loaded.notes] == [
        "there are no early outputs",
        "its hop length is assumed to be 16, a quarter of the upsampling kernel",
    ]
    container = {"epoch": 1, "config": {"n_early_every": 6, "n_early_size": 4}}
    loaded = Checkpoint.load(saved(tmp_path / "x", weights | container))
    assert (loaded.config["early_every"], loaded.config["early_size"]) == (6, 4)
    assert "optimiser" in loaded.notes[1]


def test_a_container_that_disagrees_is_noted(tmp_path):
    """A wrong --wn-channels cannot happen."""
    made = made_vocoder()
    made.save(tmp_path / "x", "dle")
    fields = torch.load(tmp_path / "x", weights_only=True)
    fields["config"]["WN_config"]["n_channels"] = 512
    fields["config"]["n_early_every"] = 4
    loaded = Checkpoint.load(saved(tmp_path / "y", fields))
    assert loaded.config == made.config
    every, channels = loaded.notes
    assert "n_early_every = 4" in every
    assert "n_channels = 512" in channels


@pytest.mark.parametrize("channels", [256, 512])
def test_the_published_sizes_are_known(channels):
    layout = json.loads((REFERENCE / f"waveglow_{channels}_layout.json").read_text())
    # Of one zero each: they take no memory.
    weights = {name: torch.zeros(()).expand(shape) for name, shape in layout["state_dict"].items()}
    loaded = recognize(Raw(Path("x"), {"state_dict": weights}), "published")
    assert loaded.config == asdict(WaveGlowConfig(wn_channels=channels))
    assert list(loaded.weights) == list(layout["state_dict"])
    assert loaded.notes == ()


def broken(name, value):
    def change(weights):
        weights[name] = value

    return change


def without(name):
    return lambda weights: weights.pop(name)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (without("WN.0.start.weight_v"), r"not WaveGlow's: WN\.0\.start\.weight_v is missing"),
        (without("convinv.0.conv.weight"), r"convinv\.0\.conv\.weight is missing"),
        (broken("upsample.weight", torch.ones(3)), r"upsample\.weight .*\(3,\)"),
        (broken("upsample.weight", torch.ones(5, 5, 9000)), "hop_length = 2250"),
        (broken("convinv.3.conv.weight", torch.ones(8, 8, 1)), "flow 3 has 8 channels, not 6"),
        (broken("WN.0.in_layers.0.weight_v", torch.ones(4, 4, 2)), "_kernel = 2"),
    ],
)
def test_weights_that_are_no_waveglow_are_an_error(tmp_path, change, why):
    made = made_vocoder()
    change(made.weights)
    with pytest.raises(CheckpointError, match=why):
        Checkpoint.load(saved(tmp_path / "x", {"state_dict": made.weights}))


@pytest.mark.parametrize(
    ("lay_out", "name", "value"),
    [
        (of_2018, "WN.1.skip_layers.0.weight_v", torch.ones(12, 5, 1)),
        (fused, "WN.1.cond_layer.bias", torch.ones(2)),
        (dict, "WN.1.start.weight", torch.ones(12)),
    ],
)
def test_layers_that_do_not_fit_together_are_an_error(tmp_path, lay_out, name, value):
    weights = lay_out(made_vocoder().weights) | {name: value}
    with pytest.raises(CheckpointError, match="the layers of its flows do not fit together"):
        Checkpoint.load(saved(tmp_path / "x", {"state_dict": weights}))


def test_joined_and_split_is_the_same(tmp_path):
    weights = made_vocoder().weights
    assert same_weights(join(weights), fused(weights))
    parted = part(join(weights))
    assert same_weights({name: parted[name] for name in weights}, weights)
    assert parted.keys() == weights.keys()


def test_the_optimiser_of_the_layout_of_2018_is_left_out(tmp_path):
    made = made_vocoder()
    fields = {"iteration": 3, "state_dict": of_2018(made.weights)}
    fields["optimizer"] = made.training["optimizer"]
    loaded = Checkpoint.load(saved(tmp_path / "x", fields))
    assert loaded.training is None
    assert "optimiser" in loaded.notes[-1]
    assert "its layout is of 2018" in loaded.notes[0]


@pytest.mark.parametrize("container", ["voiceprep", "nvidia", "dle"])
def test_every_container_gives_back_what_it_was_given(tmp_path, container):
    made = made_vocoder()
    made.save(tmp_path / "x", container)
    loaded = Checkpoint.load(tmp_path / "x")
    assert same_weights(loaded.weights, made.weights)
    assert same_adam(loaded.training["optimizer"], made.training["optimizer"])
    assert (loaded.config, loaded.step, loaded.origin) == (made.config, 3, container)
    assert loaded.training["learning_rate"] == 2e-4


def test_a_hop_that_nvidias_scripts_do_not_build_is_noted(tmp_path):
    made = made_vocoder(replace(VOCODER, hop_length=16, upsample_kernel=80))
    notes = made.save(tmp_path / "x", "dle")
    assert "NVIDIA's scripts build only kernel 1024 and hop 256" in notes[-1]
    made.save(tmp_path / "y", "nvidia")
    # A pickled network still states it.
    assert Checkpoint.load(tmp_path / "y").config == made.config


def test_an_optimiser_of_some_of_the_parameters_begins_anew_and_says_so(tmp_path):
    made = made_vocoder()
    del made.training["optimizer"]["state"][0]
    notes = made.save(tmp_path / "x", "nvidia")
    assert sum("optimiser" in note for note in notes) == 1
    assert Checkpoint.load(tmp_path / "x").training["optimizer"]["state"] == {}
