import pytest

from voiceprep.errors import SettingError
from voiceprep.train.tacotron2.config import LossConfig, Tacotron2Config


@pytest.mark.parametrize(
    ("cls", "wrong", "rule"),
    [
        (Tacotron2Config, {"symbols": 0}, "must be at least 1"),
        (Tacotron2Config, {"frames_per_step": 0}, "must be at least 1"),
        (Tacotron2Config, {"prenet_dim": 0}, "must be at least 1"),
        (Tacotron2Config, {"postnet_layers": 0}, "must be at least 1"),
        (Tacotron2Config, {"encoder_layers": -1}, "must be at least 0"),
        (Tacotron2Config, {"encoder_kernel": -1}, "must be at least 1"),
        (Tacotron2Config, {"location_kernel": 30}, "must be odd"),
        (Tacotron2Config, {"symbol_dim": 63}, "must be even"),
        (Tacotron2Config, {"prenet_dropout": 1.0}, "must be from 0 to below 1"),
        (LossConfig, {"gate_tail": -1}, "must be at least 0"),
        (LossConfig, {"guided_attention": float("nan")}, "must be at least 0"),
        (LossConfig, {"guided_sigma": 0.0}, "must be above 0"),
    ],
)
def test_an_impossible_setting_is_refused_by_name(cls, wrong, rule):
    (name,) = wrong
    with pytest.raises(SettingError, match=rule) as caught:
        cls(**wrong)
    assert caught.value.key == name


def test_the_defaults_are_the_published_sizes():
    config = Tacotron2Config()
    sizes = (config.symbols, config.symbol_dim, config.attention_rnn_dim, config.decoder_rnn_dim)
    assert sizes == (148, 512, 1024, 1024)
    assert config.mel_channels == 80


def test_padded_has_no_tail_as_the_original():
    assert LossConfig().gate_tail == 8
    assert LossConfig(reduction="padded", gate_tail=8).gate_tail == 0
