"""`voiceprep prepare`: makes clips for training from recordings, in one pass."""

from dataclasses import dataclass, replace
from pathlib import Path

from ..audio.convert import ConvertConfig, Loaded, check_length, convert_file, load_clip
from ..audio.denoise import DenoiseConfig, check_denoise
from ..audio.loudness import LoudnessConfig
from ..audio.mark import read_mark
from ..audio.sound import read_sound
from ..audio.steps import STEPS
from ..audio.trim import TrimConfig
from ..batch.jobs import Job
from ..batch.run import BatchConfig, BatchResult, Made, Progress, no_progress
from ..config import setting
from ..dataset.make_clips import length_of, make_clips, mark_of, settings_digest
from ..dataset.overrides import Overrides
from ..dataset.steps import step_work
from ..errors import SettingError, Unusable
from ..quality.fix_plan_file import PlanConfig
from ..quality.verdicts import VerdictConfig
from ..tools import require_sox

# The settings of a clip that is left out: others once it is not, so that it is made then.
LEFT_OUT = "+left out"


@dataclass(frozen=True)
class PrepareConfig:
    """The steps that every recording takes, and its maximum length."""

    denoise: bool = setting(False, "remove steady noise where that improves the clip", "--denoise")
    trim: bool = setting(True, "cut or pad the silence at both ends", "--trim")
    loudness: bool = setting(True, "bring all clips to one loudness", "--loudness")
    max_seconds: float = setting(
        60.0, "seconds above which a recording is quarantined", "--max-seconds"
    )

    def __post_init__(self) -> None:
        if not 0.1 <= self.max_seconds <= 1800:
            raise SettingError(
                f"max_seconds = {self.max_seconds}: must be between 0.1 and 1800", "max_seconds"
            )


def prepare(
    source: Path,
    target: Path | None = None,
    dataset: Path = Path(),
    config: PrepareConfig = PrepareConfig(),
    convert: ConvertConfig = ConvertConfig(),
    denoise: DenoiseConfig = DenoiseConfig(),
    trim: TrimConfig = TrimConfig(),
    loudness: LoudnessConfig = LoudnessConfig(),
    plan: PlanConfig = PlanConfig(),
    verdicts: VerdictConfig = VerdictConfig(),
    batch: BatchConfig = BatchConfig(),
    progress: Progress = no_progress,
) -> BatchResult:
    """Convert, denoise where asked, trim and level recordings in one pass.

    SOURCE is a folder, searched with its subfolders, or one file; TARGET is DATASET/wavs by
    default. The result equals `convert`, `denoise`, `trim` and `loudness` one after the other, but
    every recording is read and written once. A fix plan adds steps for single clips and leaves
    others out; DATASET/verdicts.jsonl leaves out rejected clips.

    \b
    Example: voiceprep prepare mp3dir
    """
    configs = {"denoise": denoise, "trim": trim, "loudness": loudness}
    usual = tuple(name for name in configs if getattr(config, name))
    overrides = Overrides(dataset, plan, verdicts, usual)
    if convert.engine == "sox":
        require_sox()
    if config.denoise or "denoise" in overrides.steps:
        check_denoise(denoise)
    sections = {"prepare": config, "convert": convert} | {name: configs[name] for name in usual}
    mark = mark_of(sections)

    def own(recording: Path) -> str:
        names = overrides.own_steps(recording)
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
        names = {*usual, *overrides.own_steps(recording)}
        steps = [(name, configs.get(name)) for name in STEPS if name in names]
        made = step_work(steps, load, mark + own(recording))(recording, temporary)
        if made.kept_seconds > config.max_seconds:
            length = f"{made.kept_seconds:.2f} s of at most {config.max_seconds:g} s"
            why = f"too long for one clip once padded: {length}; split it at a pause"
            raise Unusable(why, made.seconds)
        return made

    def amend(job: Job) -> Job:
        why = "" if job.trouble else overrides.why_not(job.source)
        trouble = Unusable(why, length_of(job.source)) if why else job.trouble
        return replace(job, trouble=trouble, own=LEFT_OUT if why else own(job.source))

    wavs = target or dataset / "wavs"
    result = make_clips(source, wavs, dataset, work, sections, batch, progress, amend)
    return replace(result, notes=result.notes + overrides.notes())
