"""`voiceprep mels`: computes the mel cache of a dataset."""

from pathlib import Path

from ..audio.cache import MEL_SETTINGS, CacheConfig, Save, cache_mel, save_npy
from ..audio.mel import MelConfig, check_supported
from ..batch.jobs import Job
from ..batch.run import BatchConfig, BatchResult, Made, Progress, no_progress, run_batch
from ..config import digest, write_settings
from ..dataset.clips import dataset_clips
from ..extras import import_extra


def mels(
    source: Path | None = None,
    target: Path | None = None,
    dataset: Path = Path(),
    mel: MelConfig = MelConfig(),
    cache: CacheConfig = CacheConfig(),
    batch: BatchConfig = BatchConfig(),
    progress: Progress = no_progress,
) -> BatchResult:
    """Compute the mel spectrogram of every wav of a dataset.

    SOURCE is a folder of wavs, DATASET/wavs by default; TARGET is DATASET/mels. Only missing and
    stale mels are computed: a mel is stale when its wav or a setting has changed.

    \b
    Example: voiceprep mels
    """
    check_supported(mel)
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
    module = import_extra("train.checkpoints.formats.mel_pt", "--format pt", "train")
    save: Save = module.save_pt
    return save
