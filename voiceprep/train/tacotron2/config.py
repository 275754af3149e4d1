"""The sizes and losses of Tacotron 2. Loads no torch."""

from dataclasses import dataclass
from typing import Literal

from ...config import setting
from ...errors import SettingError
from ..settings import at_least


@dataclass(frozen=True)
class Tacotron2Config:
    """The sizes of Tacotron 2 and its dropouts; the defaults are the published model's."""

    symbols: int = setting(148, "number of symbols in the embedding")
    symbol_dim: int = setting(512, "size of a symbol's embedding, and of the encoder")
    encoder_layers: int = setting(3, "number of convolutions in the encoder")
    encoder_kernel: int = setting(5, "kernel size of the encoder's convolutions, in symbols")
    prenet_dim: int = setting(256, "size of the prenet's two layers")
    attention_rnn_dim: int = setting(1024, "size of the attention LSTM, whose state is the query")
    attention_dim: int = setting(128, "size of the space in which query and text are compared")
    location_filters: int = setting(32, "number of filters over the past attention weights")
    location_kernel: int = setting(31, "kernel size of these filters, in symbols")
    decoder_rnn_dim: int = setting(1024, "size of the decoder LSTM, whose state predicts the mel")
    postnet_dim: int = setting(512, "number of channels in the postnet")
    postnet_layers: int = setting(5, "number of convolutions in the postnet")
    postnet_kernel: int = setting(5, "kernel size of the postnet's convolutions, in frames")
    mel_channels: int = setting(80, "mel channels; in training those of [mel]")
    frames_per_step: int = setting(
        1, "frames per decoder step, the reduction factor r of the papers"
    )
    encoder_dropout: float = setting(0.5, "dropout in the encoder")
    prenet_dropout: float = setting(0.5, "dropout in the prenet, active in inference too")
    attention_dropout: float = setting(0.1, "dropout of the attention LSTM's output")
    decoder_dropout: float = setting(0.1, "dropout of the decoder LSTM's output")
    postnet_dropout: float = setting(0.5, "dropout in the postnet")
    padding: Literal["masked", "original"] = setting(
        "masked", "masked keeps padding out of every layer; original lets it in, as NVIDIA's does"
    )

    def __post_init__(self) -> None:
        sizes = [name for name, value in vars(self).items() if isinstance(value, int)]
        at_least(self, 1, *(name for name in sizes if name != "encoder_layers"))
        at_least(self, 0, "encoder_layers")
        for name in ("encoder_kernel", "location_kernel", "postnet_kernel"):
            if getattr(self, name) % 2 == 0:
                raise SettingError(f"{name} = {getattr(self, name)}: must be odd", name)
        if self.symbol_dim % 2:
            raise SettingError(
                f"symbol_dim = {self.symbol_dim}: must be even, as the encoder is bidirectional",
                "symbol_dim",
            )
        for name in ("encoder", "prenet", "attention", "decoder", "postnet"):
            if not 0 <= getattr(self, f"{name}_dropout") < 1:
                value = getattr(self, f"{name}_dropout")
                raise SettingError(
                    f"{name}_dropout = {value}: must be from 0 to below 1", f"{name}_dropout"
                )


@dataclass(frozen=True)
class LossConfig:
    """The losses of mel, gate and attention, and the frames that they average over."""

    reduction: Literal["valid", "padded"] = setting(
        "valid",
        "average over the frames of speech, or over the padded batch, without a tail, as the "
        "published curves do",
    )
    gate_tail: int = setting(
        8,
        "frames after the end in which the gate is trained to be open; 0 where reduction is padded",
    )
    gate_positive_weight: float = setting(
        1.0,
        "weight of frames with an open gate relative to the others",
        "--gate-positive-weight",
    )
    guided_attention: float = setting(
        0.0, "weight of the guided attention loss, which favours the diagonal", "--guided-attention"
    )
    guided_sigma: float = setting(0.2, "width of the diagonal in the guided attention loss")
    guided_decay_steps: int = setting(
        0, "steps over which the weight of guided attention decays to 0; 0: no decay"
    )

    def __post_init__(self) -> None:
        at_least(self, 0, "gate_tail", "guided_attention", "guided_decay_steps")
        if self.reduction == "padded":
            # The original has no tail, and the settings of a run are to say what ran.
            object.__setattr__(self, "gate_tail", 0)
        for name in ("gate_positive_weight", "guided_sigma"):
            if not 0 < getattr(self, name) <= 1000:
                raise SettingError(
                    f"{name} = {getattr(self, name)}: must be above 0 and at most 1000", name
                )

    def ignored(self) -> dict[str, str]:
        """Settings without an effect beside the others, and why."""
        reasons = {}
        if self.reduction == "padded":
            reasons["gate_tail"] = "the loss over the padded batch has no tail, as the original's"
        if not self.guided_attention:
            why = "guided_attention is 0"
            reasons |= {"guided_sigma": why, "guided_decay_steps": why}
        return reasons
