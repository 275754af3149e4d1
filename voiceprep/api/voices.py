"""Training, speech, and statistics of a trained voice. Each of these needs torch."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

from ..errors import UserError
from ..extras import import_extra
from .call import PathName, ProgressBar, call
from .datasets import Settings

if TYPE_CHECKING:
    from ..commands.infer.run import InferPreview
    from ..commands.infer.synthesis import InferResult
    from ..commands.infer_stats.result import InferStatsResult
    from ..commands.train.result import DryRunResult, TrainResult
    from ..train.checkpoints.checkpoint import Checkpoint
    from ..train.run.overfit_check import OverfitResult


@overload
def train(model: str, *, dry_run: Literal[True], **options: Any) -> "DryRunResult": ...
@overload
def train(model: str, *, preflight: Literal[True], **options: Any) -> "OverfitResult": ...
@overload
def train(model: str, **options: Any) -> "TrainResult": ...
def train(
    model: str,
    *,
    settings: Settings | None = None,
    progress: ProgressBar | None = None,
    messages: Callable[[str], None] | None = None,
    **options: Any,
) -> "TrainResult | DryRunResult | OverfitResult":
    """Train a model on a dataset, from scratch or from a checkpoint.

    A run that was interrupted is resumed, and a missing mel cache is computed. `messages`, such as
    print, is called with the lines that the command would show. Raises UserError where the dataset
    or a setting does not fit, and Diverged where training diverges.
    """
    return call(  # type: ignore[no-any-return]  # a result of the registry's
        "train", model, options=options, settings=settings, progress=progress, messages=messages
    )


@overload
def infer(
    sentences: str | Iterable[str] = (), *, dry_run: Literal[True], **options: Any
) -> "InferPreview": ...
@overload
def infer(sentences: str | Iterable[str] = (), **options: Any) -> "InferResult": ...
def infer(
    sentences: str | Iterable[str] = (),
    *,
    settings: Settings | None = None,
    progress: ProgressBar | None = None,
    messages: Callable[[str], None] | None = None,
    **options: Any,
) -> "InferResult | InferPreview":
    """Speak sentences with a trained voice into wavs.

    `input` names a list of sentences instead. The wavs go to DATASET/speech. `Synthesizer` speaks
    without writing files.
    """
    if options.pop("raw", None):
        raise UserError("raw streams to a player on the command line; see Synthesizer.stream")
    words = (sentences,) if isinstance(sentences, str) else tuple(sentences)
    result: InferResult | InferPreview = call(
        "infer", *words, options=options, settings=settings, progress=progress, messages=messages
    )
    return result


def infer_stats(
    *, settings: Settings | None = None, progress: ProgressBar | None = None, **options: Any
) -> "InferStatsResult":
    """Speak sentences many times, and count how often the voice fails, and why.

    The voice is the best acoustic model in DATASET/output, or that of `checkpoint`. A page and the
    runs are written to DATASET/stats.
    """
    result: InferStatsResult = call(
        "infer-stats", options=options, settings=settings, progress=progress
    )
    return result


def load_checkpoint(path: PathName) -> "Checkpoint":
    """Load a checkpoint of any container, on the CPU; a run's folder means its best one.

    `build()` makes its model, and `save(path, container)` converts it. No code in the file is run.
    Raises CheckpointError for a file that is missing, damaged or of an unknown container.
    """
    room = import_extra("train.checkpoints.checkpoint", "load_checkpoint", "train")
    find = import_extra("train.checkpoints.find", "load_checkpoint", "train")
    file = Path(path)
    found: Checkpoint = room.Checkpoint.load(find.best_in(file) or file if file.is_dir() else file)
    return found
