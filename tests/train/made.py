"""Tiny models and batches for the tests of training."""

import numpy as np
import torch
from torch.nn import functional as F

from voiceprep.train.data.items import Item, Items
from voiceprep.train.tacotron2.config import Tacotron2Config
from voiceprep.train.tensors import Batch, valid_mask

TINY = Tacotron2Config(
    symbol_dim=16,
    prenet_dim=12,
    attention_rnn_dim=20,
    attention_dim=8,
    location_filters=4,
    location_kernel=7,
    decoder_rnn_dim=24,
    postnet_dim=12,
    postnet_layers=3,
    mel_channels=10,
)
FLOOR = -11.5129


def made_batch(symbols, frames, frames_per_step=1, tail=8, channels=10, seed=0):
    """A batch of random clips with as many symbols and frames as told, and room for the tail."""
    generator = torch.Generator().manual_seed(seed)
    size, lengths = len(symbols), torch.tensor(frames)
    longest = -(-(max(frames) + tail) // frames_per_step) * frames_per_step
    text = torch.randint(1, 148, (size, max(symbols)), generator=generator)
    mel = torch.randn(size, channels, longest, generator=generator) - 4
    mel = torch.where(valid_mask(lengths, longest)[:, None], mel, FLOOR)
    counts = torch.tensor(symbols)
    return Batch(
        tuple(f"clip-{number}" for number in range(size)),
        text * valid_mask(counts, max(symbols)),
        counts,
        mel,
        lengths,
    )


def batch_of(batch, extra_symbols=0, extra_frames=0):
    """The same clips with more padding."""
    return Batch(
        batch.ids,
        F.pad(batch.text, (0, extra_symbols)),
        batch.text_lengths,
        F.pad(batch.mel, (0, extra_frames), value=FLOOR),
        batch.mel_lengths,
    )


def made_items(folder, symbols, frames, channels=10, seed=0):
    """Clips of random mels, cached in a folder, with as many symbols and frames as told."""
    batch = made_batch(symbols, frames, tail=0, channels=channels, seed=seed)
    items = []
    for place, (count, length) in enumerate(zip(symbols, frames, strict=True)):
        path = folder / f"{batch.ids[place]}.npy"
        np.save(path, batch.mel[place, :, :length].numpy())
        text = batch.text[place, :count].numpy().astype(np.int16)
        items.append(Item(batch.ids[place], text, length, path))
    return Items(items)
