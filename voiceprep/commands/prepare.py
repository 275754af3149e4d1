"""`voiceprep prepare`: recordings to clips to train on, in one pass."""

from dataclasses import dataclass
from pathlib import Path

from ..audio.convert import ConvertConfig, Loaded, check_length, convert_file, load_clip
from ..audio.denoise import DenoiseConfig, check_denoise
from ..audio.loudness import LoudnessConfig
from ..audio.mark import read_mark
from ..audio.sound import read_sound
from ..audio.tools import require_sox
from ..audio.trim import TrimConfig
from ..batch import Batch, BatchConfig, Made, Progress, no_progress
from ..config import setting
from ..errors import SettingError, Unusable
from .making import make_clips, mark_of
from .stepping import step_work


@dataclass(frozen=True)
class PrepareConfig:
    """Which steps a recording goes through, and how long it may be."""

    denoise: bool = setting(False, "take steady noise out, where that is better", "--denoise")
    trim: bool = setting(True, "cut or pad the silence at both ends", "--trim")
    loudness: bool = setting(True, "bring all clips to one loudness", "--loudness")
    max_seconds: float = setting(60.0, "longer recordings are set aside", "--max-seconds")

    def __post_init__(self) -> None:
        if not 0.1 <= self.max_seconds <= 1800:
            raise SettingError(
                f"max_seconds = {self.max_seconds}: it lies between 0.1 and 1800", "max_seconds"
            )


def prepare(
    source: Path,
    target: Path | None = None,
    dataset: Path = Path(),
    config: PrepareConfig = PrepareConfig(),
    convert: ConvertConfig = ConvertConfig(),  # noqa: B008 (frozen)
    denoise: DenoiseConfig = DenoiseConfig(),  # noqa: B008 (frozen)
    trim: TrimConfig = TrimConfig(),  # noqa: B008 (frozen)
    loudness: LoudnessConfig = LoudnessConfig(),  # noqa: B008 (frozen)
    batch: BatchConfig = BatchConfig(),  # noqa: B008 (frozen)
    progress: Progress = no_progress,
) -> Batch:
    """Convert, denoise where asked, trim and level recordings in one pass.

    SOURCE is a folder, searched with its subfolders, or one file; TARGET is DATASET/wavs where
    it is not named. The result is that of `convert`, `denoise`, `trim` and `loudness` one after
    the other, but every recording is read once and written once.

    \b
    Example: voiceprep prepare mp3dir
    """
    steps = [("denoise", denoise), ("trim", trim), ("loudness", loudness)]
    steps = [(name, step) for name, step in steps if getattr(config, name)]
    if convert.engine == "sox":
        require_sox()
    if config.denoise:
        check_denoise(denoise)
    sections = {"prepare": config, "convert": convert} | dict(steps)
    mark = mark_of(sections)

    def load(recording: Path, temporary: Path) -> Loaded:
        if convert.engine == "sox" and read_mark(recording) != mark:
            made = convert_file(recording, temporary, convert)
            check_length(made.seconds, config.max_seconds)
            return Loaded(read_sound(temporary), convert.bits, made)
        return load_clip(recording, convert, config.max_seconds)

    steps_only = step_work(steps, load, mark)

    def work(recording: Path, temporary: Path) -> Made:
        made = steps_only(recording, temporary)
        if made.kept_seconds > config.max_seconds:
            longest = f"{made.kept_seconds:.2f} s of at most {config.max_seconds:g} s"
            why = f"too long for one clip once padded: {longest}; split it at a pause"
            raise Unusable(why, made.seconds)
        return made

    return make_clips(source, target or dataset / "wavs", dataset, work, sections, batch, progress)
