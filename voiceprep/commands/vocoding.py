"""Mels that are there, made sound of: those of a training cache, of others, or of `infer`."""

import zlib
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..audio.cache import MEL_SETTINGS
from ..audio.dither import settle, write_sound
from ..audio.loudness import measure_loudness
from ..audio.mel import MelConfig
from ..audio.sound import Sound
from ..batch import Batch, BatchConfig, Made, Progress, WriteConfig, run_batch
from ..config import build, digest, read_section
from ..disk import content_hash
from ..errors import SettingError, TargetError, Unreadable, Unusable, UserError
from ..planning import Job
from ..train.cached import differences
from ..train.foreign.pickles import DAMAGED
from ..train.mels import MEL_SUFFIXES, checked_mel, read_mel
from ..train.settings import SpeechConfig, VocoderConfig
from ..train.speaker import BITS, HIGHEST, machine_of
from ..train.vocoders import GriffinLim, Vocoder, WaveGlowVocoder

SUFFIXES = (*MEL_SUFFIXES, ".npz")


@dataclass(frozen=True)
class _By:
    """What the sound of a mel depends on but the mel and the settings."""

    waveglow: str
    seed: int


def vocode(
    source: Path,
    target: Path,
    waveglow: Path | None,
    vocoder: VocoderConfig,
    speech: SpeechConfig,
    mel: MelConfig,
    seed: int,
    write: WriteConfig,
    progress: Progress,
) -> Batch:
    """Make a wav of every mel in a folder, or of one mel.

    Where a `mel.toml` lies beside the mels, they have to be such as the vocoder wants; raises
    UserError with the difference. Griffin-Lim takes its settings, or `mel` where there is none.
    """
    jobs = _jobs(source, target)
    machine = machine_of(speech)
    folder = source if source.is_dir() else source.parent
    told = folder / MEL_SETTINGS
    sounding: Vocoder
    if waveglow:
        sounding = WaveGlowVocoder.load(waveglow, vocoder, machine)
        if told.is_file() and (apart := differences(told, sounding.mel)):
            raise UserError(f"{folder}: its mels were made with {apart}, as {waveglow} wants them")
    else:
        sounding = GriffinLim(_settings(told) if told.is_file() else mel, vocoder)

    def work(path: Path, temporary: Path) -> Made:
        with machine.working():
            samples = sounding(_read(path, sounding.mel), seed)
        peak = float(np.abs(samples).max(initial=0))
        down = HIGHEST / peak if peak > HIGHEST else 1.0
        sound = Sound(samples * np.float32(down), sounding.mel.rate)
        write_sound(temporary, settle(sound, BITS), BITS)
        lufs = measure_loudness(sound).lufs
        decibels = f"turned down by {-20 * np.log10(down):.1f} dB, or it would clip"
        facts = {"lufs": None if lufs is None else round(lufs, 2)}
        return Made(sound.seconds, sound.seconds, decibels if down < 1 else "", facts)

    by = _By(content_hash(waveglow) if waveglow else "", seed)
    settings = digest({"vocoder": vocoder, "speech": speech, "mel": sounding.mel, "by": by})
    batch = BatchConfig(jobs=1, dry_run=write.dry_run, force=write.force)
    done = run_batch(jobs, work, target, settings, batch, progress)
    return replace(done, notes=done.notes + sounding.notes)


def _settings(path: Path) -> MelConfig:
    """What a `mel.toml` tells; raises SettingError naming it."""
    try:
        return build(MelConfig, read_section(path, "mel"), "mel")
    except SettingError as error:
        raise SettingError(f"{path}: {error}", error.key) from None


def _jobs(source: Path, target: Path) -> list[Job]:
    """One job a mel; those that share an id are in trouble, each naming the others."""
    if not source.exists():
        raise UserError(f"{source}: no such file or directory")
    if source.resolve() == target.resolve():
        raise TargetError(target, "the mels lie there, and are not written to: name another -o")
    folder = source if source.is_dir() else source.parent
    paths = sorted(source.rglob("*")) if source.is_dir() else [source]
    owners = defaultdict(list)
    for path in paths:
        if path.suffix.lower() in SUFFIXES and path.is_file():
            owners[path.relative_to(folder).with_suffix("").as_posix()].append(path)
    if not owners:
        raise UserError(f"{source}: holds no mel; {', '.join(SUFFIXES)} are read")
    jobs = []
    for name, found in owners.items():
        for path in found:
            others = ", ".join(other.name for other in found if other != path)
            why = f"its id is also that of {others}; rename one of them"
            trouble = Unusable(why) if others else None
            own = name + path.suffix if others else name
            jobs.append(Job(own, path, target / f"{name}.wav", trouble))
    return jobs


def _read(path: Path, config: MelConfig) -> np.ndarray:
    """The mel in a file; raises ClipError."""
    if path.suffix.lower() != ".npz":
        return read_mel(path, config)
    try:
        with np.load(path, allow_pickle=False) as file:
            mel = file["mel"]
    except (*DAMAGED, zlib.error) as error:
        raise Unreadable(f"no archive with a mel, or cut off: {error}") from None
    return checked_mel(mel, config)
