from dataclasses import asdict, replace
from pathlib import Path

import pytest
import torch

from tests.train.made_checkpoints import VOCODER, made_checkpoint, made_vocoder, saved
from tests.train.made_pickles import limited_memory
from voiceprep.audio.mel import MelConfig
from voiceprep.errors import CheckpointError, SettingError
from voiceprep.train.checkpoints.checkpoint import Checkpoint
from voiceprep.train.checkpoints.stated import check_contents, network_shapes
from voiceprep.train.tacotron2.config import Tacotron2Config
from voiceprep.train.waveglow.config import WaveGlowConfig

MADE = {"tacotron2": made_checkpoint, "waveglow": made_vocoder}
HUGE = (10**5, 10**9, 10**18, 10**40)
SIZES = [
    *(("tacotron2", name) for name, kind in Tacotron2Config.__annotations__.items() if kind is int),
    *(("waveglow", name) for name in asdict(WaveGlowConfig()) if name != "early_every"),
]


@pytest.fixture(scope="module")
def made():
    return {name: make(steps=1) for name, make in MADE.items()}


@pytest.mark.parametrize("container", ["voiceprep", "safetensors"])
@pytest.mark.parametrize(("model", "name"), SIZES)
def test_absurd_sizes_are_refused_before_memory_is_taken(tmp_path, made, container, model, name):
    # An even number is wrong for a kernel, and an odd one for a dimension.
    for size in (size + odd for size in HUGE for odd in (0, 1)):
        config = made[model].config | {name: size}
        replace(made[model], config=config).save(tmp_path / "x", container)
        with limited_memory(), pytest.raises(CheckpointError) as raised:
            Checkpoint.load(tmp_path / "x")
        assert raised.value.path == tmp_path / "x"


@pytest.mark.parametrize("name", ["rate", "fft_length", "mel_channels"])
def test_absurd_mels_are_refused(tmp_path, made, name):
    contents = made["tacotron2"]
    plain = contents.frontend.to_plain()
    plain["mel"][name] = 10**9
    contents.save(tmp_path / "x")
    fields = torch.load(tmp_path / "x", weights_only=True) | {"voice": plain}
    with limited_memory(), pytest.raises(CheckpointError, match=name):
        Checkpoint.load(saved(tmp_path / "y", fields))


@pytest.mark.parametrize(("flows", "wn_layers"), [(60_000, 3), (5, 16), (60_000, 16)])
def test_a_network_much_larger_than_its_weights_is_not_built(made, flows, wn_layers):
    """Each setting alone could be that of some weight."""
    weights = made["waveglow"].weights
    config = replace(VOCODER, flows=flows, wn_layers=wn_layers, early_every=60_000)
    if flows > 5 or wn_layers > 15:
        config = replace(config, wn_channels=4096)
    with limited_memory(), pytest.raises(SettingError, match="much larger"):
        network_shapes("waveglow", config, weights)


def test_shapes_are_those_of_the_network(made):
    for name, contents in made.items():
        kind = {"tacotron2": Tacotron2Config, "waveglow": WaveGlowConfig}[name]
        shapes = network_shapes(name, kind(**contents.config), contents.weights)
        assert list(shapes) == list(contents.weights)
        assert all(shapes[key] == value.shape for key, value in contents.weights.items())


def test_weights_of_other_shapes_than_the_settings_say_are_told(made):
    contents = replace(made["tacotron2"], config=made["tacotron2"].config | {"postnet_dim": 4})
    with pytest.raises(CheckpointError, match=r"postnet\S+ is \("):
        check_contents(contents, Path("x"))
    average = {name: value[:1] for name, value in made["tacotron2"].weights.items() if value.ndim}
    with pytest.raises(CheckpointError, match=r" is \("):
        check_contents(replace(made["tacotron2"], average=average), Path("x"))


def test_a_file_that_lacks_a_weight_is_read(made):
    weights = dict(made["tacotron2"].weights)
    del weights["embedding.weight"]
    check_contents(replace(made["tacotron2"], weights=weights), Path("x"))


def test_mels_and_symbols_are_those_of_the_model(made):
    contents = made["tacotron2"]
    for frontend, why in (
        (replace(contents.frontend, mel=MelConfig(mel_channels=11)), "11 channels"),
        (replace(contents.frontend, symbols=("a",) * 200), "200 symbols"),
    ):
        with pytest.raises(CheckpointError, match=why):
            check_contents(replace(contents, frontend=frontend), Path("x"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("model", ["tacotron2"]),
        ("config", {5: 5}),
        ("config", []),
        ("weights", {"a": 1}),
        ("weights", {1: torch.ones(1)}),
        ("average", {"a": None}),
        ("average", []),
        ("step", -1),
        ("step", 1.5),
        ("step", None),
        ("training", []),
        ("training", {1: 2}),
        ("training", {"learning_rate": "fast"}),
        ("training", {"epoch": [1]}),
        ("training", {"optimizer": []}),
    ],
)
def test_fields_of_another_kind_are_told(made, name, value):
    with pytest.raises(CheckpointError):
        check_contents(replace(made["tacotron2"], **{name: value}), Path("x"))
