"""`voiceprep trim`: sets the silence at both ends of clips."""

from pathlib import Path

from ..audio.trim import TrimConfig
from ..batch.run import BatchConfig, BatchResult, Progress, no_progress
from ..dataset.steps import take_step


def trim(
    source: Path,
    target: Path,
    dataset: Path = Path(),
    config: TrimConfig = TrimConfig(),
    batch: BatchConfig = BatchConfig(),
    progress: Progress = no_progress,
) -> BatchResult:
    """Cut or pad clips to a stated silence before and after the speech.

    SOURCE is a folder of sounds or one sound. Their rate and subfolders are kept in TARGET.
    Speech is never cut; a clip that is too tight is padded with its own room tone. Every clip is
    measured again as it is written. `voiceprep silence` shows what can be trimmed.

    \b
    Example: voiceprep trim wavs trimmed
    """
    return take_step("trim", config, source, target, dataset, batch, progress)
