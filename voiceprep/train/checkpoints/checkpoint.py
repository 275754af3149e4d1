"""Checkpoints: a model at a step, and the files that hold one.

Every container is one file in `formats/` and one row of FORMATS. A run's folder holds
`last.pt`, `best.pt` and `step-00012000.pt` for the steps that are kept.
"""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from torch import nn

from ...batch.summary import on_one_line
from ...config import build
from ...errors import CheckpointError, SettingError, TargetError, UserError, nearest, os_reason
from ...files import replacing
from ..registry import find_model
from .contents import SELF_DESCRIBING, Contents, Format
from .formats import dle, nvidia, own, published, safetensors, torchaudio
from .formats.adam import check_adam
from .formats.torch_files import DAMAGED, read_torch, short_reason
from .layout import parameters
from .stated import check_contents

FORMATS = {
    "voiceprep": Format("voiceprep's own", own.holds, own.read, own.write),
    "safetensors": Format("safetensors", safetensors.holds, safetensors.read, safetensors.write),
    "dle": Format("NVIDIA DeepLearningExamples", dle.holds, dle.read, dle.write),
    "nvidia": Format("NVIDIA/tacotron2, NVIDIA/waveglow", nvidia.holds, nvidia.read, nvidia.write),
    "torchaudio": Format("torchaudio's weights alone", torchaudio.holds, torchaudio.read),
    "published": Format("weights alone", published.holds, published.read),
}
"""The containers; a file is read by the first one that recognises it."""

LAST, BEST = "last.pt", "best.pt"
_LONGEST = 300
_STEP = re.compile(r"step-(\d+)\.pt")


class Checkpoint(Contents):
    """A model at a step, with all that rebuilds it: `Checkpoint.load(path).build()`."""

    @classmethod
    def load(cls, path: Path) -> "Checkpoint":
        """The checkpoint in a file of any container of FORMATS, on the CPU.

        No code in the file is run. Raises CheckpointError, naming the file, if it is missing,
        damaged, of an unknown container, or refers to more than tensors and numbers.
        """
        if path.is_dir():
            raise CheckpointError(path, "it is a folder: name a file in it, such as last.pt")
        try:
            return cls(**vars(_read(path)) | {"path": path})
        except OSError as error:
            raise CheckpointError(path, os_reason(error)) from None
        except CheckpointError as error:
            # A name in the file may be anything.
            raise CheckpointError(path, on_one_line(error.why[:_LONGEST])) from None

    def save(self, path: Path, container: str = "voiceprep") -> tuple[str, ...]:
        """Write the checkpoint atomically; returns what the container has no place for.

        The file is synced to disk. Raises TargetError if it cannot be written, for example
        because the disk is full; a file that was there before is kept.
        """
        write = FORMATS[container].write if container in FORMATS else None
        if write is None:
            writable = [name for name, row in FORMATS.items() if row.write]
            raise UserError(f"{container!r} is not written: {nearest(container, writable)}")
        if container not in SELF_DESCRIBING:
            # Others' containers are converted from all weights of the model: none may be missing.
            self.build()
        with writing(path) as temporary, open(temporary, "wb") as file:
            left_out = write(self, file)
            file.flush()
            os.fsync(file.fileno())
        return left_out

    def build(self) -> nn.Module:
        """The model with its weights, ready to speak; raises UserError if they do not fit."""
        spec = find_model(self.model)
        try:
            config = build(spec.load("config"), self.config, self.model)
            network: nn.Module = spec.load("network")(config)
            network.load_state_dict(self.weights if self.average is None else self.average)
        except (SettingError, RuntimeError) as error:
            reason = " ".join(str(error).split())[:_LONGEST]
            why = f"the weights and settings of the checkpoint clash: {reason}"
            raise (CheckpointError(self.path, why) if self.path else UserError(why)) from None
        return network.eval()


def _read(path: Path) -> Contents:
    safe = safetensors.is_safetensors(path)
    raw = safetensors.read_safetensors(path) if safe else read_torch(path)
    for container in FORMATS.values():
        if container.holds(raw):
            try:
                return _checked(container.read(raw), path)
            except DAMAGED as error:
                why = f"its contents do not fit together: {short_reason(error)}"
                raise CheckpointError(path, why) from None
    keys = ", ".join(list(raw.fields)[:8]) or "none"
    raise CheckpointError(path, f"unknown container; its keys are {keys}")


def _checked(contents: Contents, path: Path) -> Contents:
    """The contents; raises CheckpointError or one of DAMAGED for what is odd in our own file."""
    if contents.origin in SELF_DESCRIBING:
        check_contents(contents, path)
        if "optimizer" in (training := contents.training or {}):
            check_adam(training["optimizer"], contents.weights, parameters(contents.weights))
    return contents


def save_step(checkpoint: Checkpoint, folder: Path, best: bool = False) -> Path:
    """Save a checkpoint of a run under its step and as `last.pt`, and if `best` as `best.pt`.

    They are hard links to one file where the file system supports it. `best.pt` comes first: a run
    killed in between resumes from before the evaluation that found it. Returns the step's path.
    """
    step = folder / f"step-{checkpoint.step:08d}.pt"
    paths = [*([folder / BEST] if best else []), step, folder / LAST]
    first = paths[0]
    checkpoint.save(first)
    for path in paths[1:]:
        with writing(path) as temporary:
            try:
                os.link(first, temporary)
            except OSError:
                shutil.copyfile(first, temporary)
                _sync(temporary)
    return step


def steps_in(folder: Path) -> dict[int, Path]:
    """The files that are named after their step, by step, in order."""
    files = {int(match[1]): path for path in folder.glob("step-*.pt")
             if (match := _STEP.fullmatch(path.name))}  # fmt: skip
    return dict(sorted(files.items()))


def newest(folder: Path) -> Path | None:
    """The checkpoint that continues a run: `last.pt` or the highest step's, the newer of them.

    The step's is newer if the run was killed before it wrote `last.pt`.
    """
    files = [path for path in (folder / LAST, *[*steps_in(folder).values()][-1:]) if path.is_file()]
    return max(files, key=lambda path: path.stat().st_mtime_ns, default=None)


def prune(folder: Path, every: int) -> list[Path]:
    """Delete the step files that are not kept; returns those.

    Kept are the steps that are a multiple of `every` (0: none), and the newest one. `last.pt`
    and `best.pt` are never touched.
    """
    files = steps_in(folder)
    deleted = [path for step, path in [*files.items()][:-1] if not every or step % every]
    for path in deleted:
        path.unlink(missing_ok=True)
    return deleted


@contextmanager
def writing(path: Path) -> Iterator[Path]:
    """A temporary path that replaces `path`, synced to disk; raises TargetError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as temporary:
            # A file left by a killed run may be a hard link to a checkpoint that is kept.
            temporary.unlink(missing_ok=True)
            yield temporary
        _sync(path.parent)
    except (OSError, RuntimeError) as error:
        # torch's writer raises an error of its own in the context of an OSError.
        cause = error if isinstance(error, OSError) else error.__context__
        if not isinstance(cause, OSError):
            raise
        why = (cause.strerror or str(cause)).lower()
        raise TargetError(path, f"could not be written: {why}; the previous file is kept") from None


def _sync(path: Path) -> None:
    """Sync a file to disk, or the entries of a folder, which a file's own fsync does not."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
