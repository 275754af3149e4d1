"""`voiceprep mels`: the mel cache of a dataset."""

import importlib
from pathlib import Path

from ..audio.cache import MEL_SETTINGS, CacheConfig, Save, cache_mel, save_npy
from ..audio.mel import MelConfig
from ..batch import Batch, BatchConfig, Made, Progress, no_progress, run_batch
from ..config import digest, write_settings
from ..errors import ToolMissing
from ..planning import Job
from .clips import dataset_clips


def mels(
    source: Path | None = None,
    target: Path | None = None,
    dataset: Path = Path(),
    mel: MelConfig = MelConfig(),  # noqa: B008 (frozen)
    cache: CacheConfig = CacheConfig(),  # noqa: B008 (frozen)
    batch: BatchConfig = BatchConfig(),  # noqa: B008 (frozen)
    progress: Progress = no_progress,
) -> Batch:
    """Compute the mel spectrogram of every wav of a dataset.

    SOURCE is a folder of wavs, DATASET/wavs where it is not named; TARGET is DATASET/mels. Only
    what is missing or stale is computed: a mel is stale when its wav or a setting has changed.

    \b
    Example: voiceprep mels
    """
    folder = target or dataset / "mels"
    save = _saver(cache)
    sections = {"mel": mel, "cache": cache}

    def work(wav: Path, temporary: Path) -> Made:
        seconds = cache_mel(wav, temporary, mel, save)
        return Made(seconds, seconds)

    clips = dataset_clips(dataset, source)
    jobs = [
        Job(clip.id, dataset / clip.path, folder / f"{clip.id}.{cache.format}") for clip in clips
    ]
    result = run_batch(jobs, work, folder, digest(sections), batch, progress)
    if not batch.dry_run:
        write_settings(folder, sections, MEL_SETTINGS)
    return result


def _saver(cache: CacheConfig) -> Save:
    if cache.format == "npy":
        return save_npy
    try:
        return importlib.import_module("voiceprep.train.foreign.mel_pt").save_pt
    except ModuleNotFoundError:
        raise ToolMissing("torch", "--format pt", "pip install 'voiceprep[train]'") from None
