"""Checkpoints: a model as it was at a step, and the files that hold one.

Every container is one file in `foreign/` and one row of FORMATS. A run's folder holds
`last.pt`, `best.pt` and `step-00012000.pt` of the steps that are kept.
"""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from torch import nn

from ..config import build
from ..disk import replacing
from ..errors import CheckpointError, SettingError, TargetError, UserError, nearest
from .contents import Contents, Format
from .foreign import dle, nvidia, own, published, safetensors, torchaudio
from .foreign.pickles import read_torch
from .models import MODELS

FORMATS = {
    "voiceprep": Format("voiceprep's own", own.holds, own.read, own.write),
    "safetensors": Format("safetensors", safetensors.holds, safetensors.read, safetensors.write),
    "dle": Format("NVIDIA DeepLearningExamples", dle.holds, dle.read, dle.write),
    "nvidia": Format("NVIDIA/tacotron2, NVIDIA/waveglow", nvidia.holds, nvidia.read, nvidia.write),
    "torchaudio": Format("torchaudio's weights alone", torchaudio.holds, torchaudio.read),
    "published": Format("weights alone", published.holds, published.read),
}
"""The containers; a file is of the first one that holds it."""

LAST, BEST = "last.pt", "best.pt"
_LONGEST = 300
_STEP = re.compile(r"step-(\d+)\.pt")


class Checkpoint(Contents):
    """A model at a step, with all that rebuilds it: `Checkpoint.load(path).build()` speaks."""

    @classmethod
    def load(cls, path: Path) -> "Checkpoint":
        """The checkpoint in a file of any container of FORMATS, on the CPU.

        No code in the file is run. Raises CheckpointError, naming the file, for one that is
        missing, damaged, of no known container, or that asks for more than tensors and numbers.
        """
        if path.is_dir():
            raise CheckpointError(path, "it is a folder: name a file in it, such as last.pt")
        try:
            safe = safetensors.is_safetensors(path)
            raw = safetensors.read_safetensors(path) if safe else read_torch(path)
        except OSError as error:
            raise CheckpointError(path, (error.strerror or str(error)).lower()) from None
        for container in FORMATS.values():
            if container.holds(raw):
                return cls(**vars(container.read(raw)))
        keys = ", ".join(list(raw.fields)[:8]) or "none"
        raise CheckpointError(path, f"no container that is known here; its keys are {keys}")

    def save(self, path: Path, container: str = "voiceprep") -> tuple[str, ...]:
        """Write the checkpoint, whole or not at all; what the container has no place for.

        The bytes are on the disk when this returns. Raises TargetError where they cannot be
        written, a full disk included; what was there before is kept.
        """
        write = FORMATS[container].write if container in FORMATS else None
        if write is None:
            writable = [name for name, row in FORMATS.items() if row.write]
            raise UserError(f"{container!r} is not written: {nearest(container, writable)}")
        with writing(path) as temporary, open(temporary, "wb") as file:
            left_out = write(self, file)
            file.flush()
            os.fsync(file.fileno())
        return left_out

    def build(self) -> nn.Module:
        """The model with its weights, ready to speak; raises CheckpointError where they clash."""
        row = MODELS.get(self.model)
        if row is None:
            raise UserError(f"there is no model {self.model!r}: {nearest(self.model, [*MODELS])}")
        try:
            network = row.network(build(row.config, self.config, self.model))
            network.load_state_dict(self.weights)
        except (SettingError, RuntimeError) as error:
            told = " ".join(str(error).split())[:_LONGEST]
            raise UserError(f"the checkpoint's weights and settings clash: {told}") from None
        return network.eval()


def save_step(checkpoint: Checkpoint, folder: Path, best: bool = False) -> Path:
    """Save a checkpoint of a run under its step and as `last.pt`, and as `best.pt` if it is.

    The three are one file with three names where the disk has such; the step's is returned.
    """
    path = folder / f"step-{checkpoint.step:08d}.pt"
    checkpoint.save(path)
    for name in (LAST, BEST) if best else (LAST,):
        with writing(folder / name) as temporary:
            try:
                os.link(path, temporary)
            except OSError:
                shutil.copyfile(path, temporary)
    return path


def steps_in(folder: Path) -> dict[int, Path]:
    """The files that are named after their step, by step, in order."""
    found = {int(match[1]): path for path in folder.glob("step-*.pt")
             if (match := _STEP.fullmatch(path.name))}  # fmt: skip
    return dict(sorted(found.items()))


def newest(folder: Path) -> Path | None:
    """The file of a run's folder that continues it: `last.pt`, or the highest step's.

    The step's is the newer one where a run was killed before it was also `last.pt`.
    """
    files = [path for path in (folder / LAST, *[*steps_in(folder).values()][-1:]) if path.is_file()]
    return max(files, key=lambda path: path.stat().st_mtime_ns, default=None)


def prune(folder: Path, every: int) -> list[Path]:
    """Delete the files named after their step that are not kept; which those were.

    Kept are the steps that are a multiple of `every` (0: none), and the newest one. `last.pt`
    and `best.pt` are never touched.
    """
    files = steps_in(folder)
    gone = [path for step, path in [*files.items()][:-1] if not every or step % every]
    for path in gone:
        path.unlink(missing_ok=True)
    return gone


@contextmanager
def writing(path: Path) -> Iterator[Path]:
    """A temporary path that takes the place of `path`, on the disk; raises TargetError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as temporary:
            # What a killed run left may be another name of a checkpoint that is kept.
            temporary.unlink(missing_ok=True)
            yield temporary
        _sync(path.parent)
    except (OSError, RuntimeError) as error:
        # torch's writer has an error of its own for what it meets.
        met = error if isinstance(error, OSError) else error.__context__
        if not isinstance(met, OSError):
            raise
        why = (met.strerror or str(met)).lower()
        raise TargetError(path, f"could not be written: {why}; what was there is kept") from None


def _sync(folder: Path) -> None:
    """Put the names of a folder on the disk, which a file's own fsync does not."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
