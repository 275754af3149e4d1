"""`voiceprep convert`: converts recordings to the wavs of a dataset."""

from pathlib import Path

from ..audio.convert import ConvertConfig, convert_file
from ..audio.mark import write_mark
from ..batch.run import BatchConfig, BatchResult, Made, Progress, no_progress
from ..dataset.make_clips import make_clips, mark_of
from ..tools import require_sox


def convert(
    source: Path,
    target: Path | None = None,
    dataset: Path = Path(),
    config: ConvertConfig = ConvertConfig(),
    batch: BatchConfig = BatchConfig(),
    progress: Progress = no_progress,
) -> BatchResult:
    """Convert recordings to wavs of one rate, one channel and 16 bits.

    SOURCE is a folder, searched with its subfolders, or one file: wav, flac, ogg, opus and mp3,
    and with ffmpeg m4a, aac, wma and more. TARGET is DATASET/wavs by default. SOURCE is never
    written to; a second run converts only what is missing or has changed.

    \b
    Example: voiceprep convert mp3dir
    """
    if config.engine == "sox":
        require_sox()
    sections = {"convert": config}
    mark = mark_of(sections)

    def work(recording: Path, temporary: Path) -> Made:
        made = convert_file(recording, temporary, config)
        if config.engine != "sox":  # SoX's own bytes stay as they are
            write_mark(temporary, mark)
        return Made(made.seconds, made.seconds, made.warning, made.facts)

    folder = target or dataset / "wavs"
    return make_clips(source, folder, dataset, work, sections, batch, progress)
