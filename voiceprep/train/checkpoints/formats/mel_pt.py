"""Mels as NVIDIA's Tacotron 2 scripts load them: a float tensor saved by torch."""

import io
from pathlib import Path

import numpy as np
import torch


def save_pt(path: Path, mel: np.ndarray) -> None:
    """Write a mel as a torch file.

    Saved through memory, since torch writes the name of its file into it, which is temporary.
    """
    memory = io.BytesIO()
    torch.save(torch.from_numpy(mel), memory)
    path.write_bytes(memory.getvalue())
