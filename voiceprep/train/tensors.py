"""Padded tensors that go into a model and come out of it, and what every network needs of torch.

Shapes: B clips, N symbols, M mel channels, T frames, S decoder steps of r frames each; of crops
L samples and F frames.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Generic, NamedTuple, Self, TypeVar, overload

import torch
from torch import Tensor, nn

M = TypeVar("M", bound=nn.Module)


@dataclass(frozen=True)
class Movable:
    """Tensors that move to a device together."""

    def to(self, device: torch.device | str) -> Self:
        """The same on another device; a copy from pinned memory is not waited for."""
        return self._with(lambda tensor: tensor.to(device, non_blocking=True))

    def pin_memory(self) -> Self:
        """The same in memory that a GPU copies from by itself."""
        return self._with(Tensor.pin_memory)

    def record_stream(self, stream: torch.cuda.Stream) -> None:
        """Keep the memory until a stream that it was not made on has used it."""
        for tensor in self._tensors().values():
            tensor.record_stream(stream)

    def _with(self, change: Callable[[Tensor], Tensor]) -> Self:
        return replace(self, **{name: change(value) for name, value in self._tensors().items()})

    def _tensors(self) -> dict[str, Tensor]:
        values = ((entry.name, getattr(self, entry.name)) for entry in fields(self))
        return {name: value for name, value in values if isinstance(value, Tensor)}


class HostLengths(NamedTuple):
    """The lengths of a batch's clips, in symbols and in frames, where no GPU is asked for them."""

    text: tuple[int, ...]
    mel: tuple[int, ...]


@dataclass(frozen=True)
class Batch(Movable):
    """Clips side by side, padded to the longest.

    text: (B, N) int64, padded with 0; mel: (B, M, T), padded with the mel's log floor, T a
    multiple of r; the lengths, (B,) int64, count symbols and frames of speech.
    """

    ids: tuple[str, ...]
    text: Tensor
    text_lengths: Tensor
    mel: Tensor
    mel_lengths: Tensor
    kept_lengths: HostLengths | None = None
    """The lengths from before the batch was moved."""

    @property
    def lengths(self) -> HostLengths:
        """The lengths on the host; read from the tensors only if the batch was made elsewhere."""
        if self.kept_lengths:
            return self.kept_lengths
        text, mel = self.text_lengths.tolist(), self.mel_lengths.tolist()
        return HostLengths(tuple(text), tuple(mel))

    def to(self, device: torch.device | str) -> Self:
        """See Movable; the host keeps the lengths."""
        return replace(super().to(device), kept_lengths=self.lengths)


@dataclass(frozen=True)
class Crops(Movable):
    """Equally long pieces of clips with their mels: audio (B, L), mel (B, M, F), float32."""

    ids: tuple[str, ...]
    audio: Tensor
    mel: Tensor


@dataclass(frozen=True)
class Prediction:
    """What a teacher-forced pass predicts.

    mel (by the decoder alone) and mel_postnet: (B, M, T); gate_logits: (B, S);
    alignments: (B, S, N), each step's attention over the symbols.
    """

    mel: Tensor
    mel_postnet: Tensor
    gate_logits: Tensor
    alignments: Tensor


class ModuleListOf(nn.ModuleList, Generic[M]):
    """A ModuleList whose items all have one type, which torch's own type does not keep."""

    if TYPE_CHECKING:

        def __init__(self, modules: Iterable[M]) -> None: ...
        def __iter__(self) -> Iterator[M]: ...
        @overload
        def __getitem__(self, idx: slice) -> "ModuleListOf[M]": ...
        @overload
        def __getitem__(self, idx: int) -> M: ...
        def __getitem__(self, idx: int | slice) -> "M | ModuleListOf[M]": ...


def valid_mask(lengths: Tensor, size: int) -> Tensor:
    """True where a position counts: (B, size) of lengths (B,)."""
    return torch.arange(size, device=lengths.device) < lengths[:, None]


def exact(x: Tensor) -> Tensor:
    """Half precision as float32, everything else unchanged."""
    return x.float() if x.dtype in (torch.float16, torch.bfloat16) else x


def to_device(values: Tensor, device: torch.device) -> Tensor:
    """A tensor of the host on a device, without waiting for what a GPU does meanwhile."""
    if device.type == "cuda":
        values = values.pin_memory()
    return values.to(device, non_blocking=True)


def to_host(*tensors: Tensor) -> tuple[Tensor, ...]:
    """Copies on the host; waits for a GPU once."""
    if not any(value.is_cuda for value in tensors):
        return tuple(value.to("cpu", copy=True) for value in tensors)
    pinned = [torch.empty_like(value, device="cpu", pin_memory=True) for value in tensors]
    for target, value in zip(pinned, tensors, strict=True):
        target.copy_(value, non_blocking=True)
    torch.cuda.current_stream(tensors[0].device).synchronize()
    return tuple(pinned)


def as_kind(model: nn.Module, kind: type[M]) -> M:
    """The model as what it is; raises TypeError where it is of another class."""
    if not isinstance(model, kind):
        raise TypeError(f"a {type(model).__name__}, not a {kind.__name__}")
    return model


@contextmanager
def speaking(model: nn.Module) -> Iterator[None]:
    """Evaluation mode without gradients; the model's mode is restored afterwards."""
    training = model.training
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        model.train(training)
