"""`voiceprep prepare`: recordings to clips to train on, in one pass."""

from dataclasses import dataclass, replace
from pathlib import Path

from ..audio.convert import ConvertConfig, Loaded, check_length, convert_file, load_clip
from ..audio.denoise import DenoiseConfig, check_denoise
from ..audio.loudness import LoudnessConfig
from ..audio.mark import read_mark
from ..audio.sound import read_sound
from ..audio.steps import STEPS
from ..audio.tools import require_sox
from ..audio.trim import TrimConfig
from ..batch import Batch, BatchConfig, Made, Progress, no_progress
from ..config import setting
from ..errors import SettingError, Unusable
from ..planfile import PlanConfig
from ..planning import Job
from ..verdicts import VerdictConfig
from .deciding import Orders
from .making import length_of, make_clips, mark_of, settings_digest
from .stepping import step_work

# In the place of a clip's own settings where it is left out, so that it is made when it is not.
LEFT_OUT = "+left out"


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
    plan: PlanConfig = PlanConfig(),  # noqa: B008 (frozen)
    verdicts: VerdictConfig = VerdictConfig(),  # noqa: B008 (frozen)
    batch: BatchConfig = BatchConfig(),  # noqa: B008 (frozen)
    progress: Progress = no_progress,
) -> Batch:
    """Convert, denoise where asked, trim and level recordings in one pass.

    SOURCE is a folder, searched with its subfolders, or one file; TARGET is DATASET/wavs where
    it is not named. The result is that of `convert`, `denoise`, `trim` and `loudness` one after
    the other, but every recording is read once and written once. A plan has steps taken for single
    clips, and leaves some out, as DATASET/verdicts.jsonl does.

    \b
    Example: voiceprep prepare mp3dir
    """
    configs = {"denoise": denoise, "trim": trim, "loudness": loudness}
    usual = tuple(name for name in configs if getattr(config, name))
    orders = Orders(dataset, plan, verdicts, usual)
    if convert.engine == "sox":
        require_sox()
    if config.denoise or "denoise" in orders.steps:
        check_denoise(denoise)
    sections = {"prepare": config, "convert": convert} | {name: configs[name] for name in usual}
    mark = mark_of(sections)

    def own(recording: Path) -> str:
        names = orders.own_steps(recording)
        settings = {name: configs[name] for name in names if name in configs}
        digest = settings_digest(settings) if settings else ""
        return "".join(f"+{name}" for name in names) + digest

    def load(recording: Path, temporary: Path) -> Loaded:
        if convert.engine == "sox" and read_mark(recording) != mark + own(recording):
            made = convert_file(recording, temporary, convert)
            check_length(made.seconds, config.max_seconds)
            return Loaded(read_sound(temporary), convert.bits, made)
        return load_clip(recording, convert, config.max_seconds)

    def work(recording: Path, temporary: Path) -> Made:
        names = {*usual, *orders.own_steps(recording)}
        steps = [(name, configs.get(name)) for name in STEPS if name in names]
        made = step_work(steps, load, mark + own(recording))(recording, temporary)
        if made.kept_seconds > config.max_seconds:
            longest = f"{made.kept_seconds:.2f} s of at most {config.max_seconds:g} s"
            why = f"too long for one clip once padded: {longest}; split it at a pause"
            raise Unusable(why, made.seconds)
        return made

    def amend(job: Job) -> Job:
        why = "" if job.trouble else orders.why_not(job.source)
        trouble = Unusable(why, length_of(job.source)) if why else job.trouble
        return replace(job, trouble=trouble, own=LEFT_OUT if why else own(job.source))

    wavs = target or dataset / "wavs"
    result = make_clips(source, wavs, dataset, work, sections, batch, progress, amend)
    return replace(result, notes=result.notes + orders.notes())
