"""`voiceprep denoise`: removes steady noise from clips where that improves them."""

from pathlib import Path

from ..audio.denoise import DenoiseConfig, check_denoise
from ..batch.run import BatchConfig, BatchResult, Progress, no_progress
from ..dataset.steps import take_step


def denoise(
    source: Path,
    target: Path,
    dataset: Path = Path(),
    config: DenoiseConfig = DenoiseConfig(),
    batch: BatchConfig = BatchConfig(),
    progress: Progress = no_progress,
) -> BatchResult:
    """Remove steady noise from clips, except where that would make them worse.

    SOURCE is a folder of sounds or one sound. Their rate and subfolders are kept in TARGET.
    The noise is estimated from each clip's own pauses, or from a recording of the noise.

    \b
    Example: voiceprep denoise wavs denoised
    """
    check_denoise(config)
    return take_step("denoise", config, source, target, dataset, batch, progress)
