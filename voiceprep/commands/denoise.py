"""`voiceprep denoise`: less noise, where that is better."""

from pathlib import Path

from ..audio.denoise import DenoiseConfig, check_denoise
from ..batch import Batch, BatchConfig, Progress, no_progress
from .stepping import take_step


def denoise(
    source: Path,
    target: Path,
    dataset: Path = Path(),
    config: DenoiseConfig = DenoiseConfig(),  # noqa: B008 (frozen)
    batch: BatchConfig = BatchConfig(),  # noqa: B008 (frozen)
    progress: Progress = no_progress,
) -> Batch:
    """Take steady noise out of clips, and leave those alone that it would make worse.

    SOURCE is a folder of sounds or one sound, which keep their rate and subfolders in TARGET.
    What the noise is like is learnt from each clip's own pauses, or from a recording of it.

    \b
    Example: voiceprep denoise wavs denoised
    """
    check_denoise(config)
    return take_step("denoise", config, source, target, dataset, batch, progress)
