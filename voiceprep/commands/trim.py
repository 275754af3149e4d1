"""`voiceprep trim`: clips that begin and end as asked."""

from pathlib import Path

from ..audio.trim import TrimConfig
from ..batch import Batch, BatchConfig, Progress, no_progress
from .stepping import take_step


def trim(
    source: Path,
    target: Path,
    dataset: Path = Path(),
    config: TrimConfig = TrimConfig(),  # noqa: B008 (frozen)
    batch: BatchConfig = BatchConfig(),  # noqa: B008 (frozen)
    progress: Progress = no_progress,
) -> Batch:
    """Cut or pad clips to a stated silence before and after the speech.

    SOURCE is a folder of sounds or one sound, which keep their rate and subfolders in TARGET.
    Speech is never cut into; a clip that is too tight is padded with its own room tone. Every
    clip is measured again as it is written. `voiceprep silence` shows what there is to trim.

    \b
    Example: voiceprep trim wavs trimmed
    """
    return take_step("trim", config, source, target, dataset, batch, progress)
