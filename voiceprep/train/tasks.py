"""What the loop must know of each model and its data: one class a model."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from torch import Tensor, nn

from .batches import epoch_batches
from .data import Items, collate
from .device import World
from .losses import Counts, Losses, clip_losses, count_clips, tacotron2_loss
from .mels import MelReader
from .model import Batch
from .models.tacotron2 import Decode, Decoder, Tacotron2Config
from .settings import LossConfig, TrainConfig
from .voice import Voice


@dataclass(frozen=True)
class Tacotron2Task:
    """Tacotron 2 and the clips that it learns from."""

    items: Items
    voice: Voice
    config: Tacotron2Config
    loss: LossConfig
    train: TrainConfig
    world: World = World()
    decode: Decode = Decoder.__call__

    def plan(self, epoch: int) -> list[np.ndarray]:
        """See Task."""
        return epoch_batches(
            self.items.frames,
            epoch,
            self.train.seed,
            self.train.batch_size,
            self.train.batch_frames,
            self.world.rank,
            self.world.size,
        )

    def read(self, indices: Sequence[int] | np.ndarray) -> Batch:
        """See Task; raises ClipError naming a clip that cannot be read any more."""
        # The published curves are of mels padded with zeros, not with silence.
        floor = 1.0 if self.loss.reduction == "padded" else self.voice.mel.log_floor
        clips = [self.items[int(place)] for place in indices]
        return collate(
            clips, self._read_mel, self.config.frames_per_step, self.loss.gate_tail, floor
        )

    def count(self, batch: Batch) -> Counts:
        """See Task."""
        return count_clips(batch, self.config.frames_per_step, self.loss)

    def frames(self, batch: Batch) -> int:
        """See Task: mel frames without their padding, NVIDIA's items."""
        return int(batch.mel_lengths.sum())

    def losses(self, model: nn.Module, batch: Batch, step: int, totals: Sequence[Tensor]) -> Losses:
        """See Task."""
        clips = clip_losses(model(batch, decode=self.decode), batch, self.loss)
        return tacotron2_loss(clips, self.loss, step, Counts(*totals))

    @cached_property
    def _read_mel(self) -> MelReader:
        return MelReader(self.voice.mel)
