"""Vocodes existing mels: those of a training cache, of other programs, or of `infer`."""

from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np

from ...audio.cache import MEL_SETTINGS
from ...audio.dither import settle, write_sound
from ...audio.loudness import measure_loudness
from ...audio.mel import MelConfig
from ...audio.sound import Sound
from ...batch.jobs import Job
from ...batch.run import BatchConfig, BatchResult, Made, Progress, WriteConfig, run_batch
from ...config import build, digest, read_section
from ...errors import (
    SettingError,
    SourceError,
    TargetError,
    Unreadable,
    Unusable,
    UserError,
    os_reason,
)
from ...files import content_hash
from ...train.data.mel_arrays import read_npz
from ...train.data.mel_cache import differences
from ...train.data.mel_files import MEL_SUFFIXES, checked_mel, read_mel
from ...train.settings import SpeechConfig, VocoderConfig
from ...train.speech.griffin_lim import GriffinLim
from ...train.speech.synthesizer import (
    BITS,
    HIGHEST,
    pick_machine,
    precision_notes,
    vocoding_memory,
)
from ...train.speech.vocoder import Vocoder, VocoderKey, load_vocoder

SUFFIXES = (*MEL_SUFFIXES, ".npz")


def vocode(
    source: Path,
    target: Path,
    vocoder_path: Path | None,
    vocoder: VocoderConfig,
    speech: SpeechConfig,
    mel: MelConfig,
    seed: int,
    write: WriteConfig,
    progress: Progress,
) -> BatchResult:
    """Make a wav of every mel in a folder, or of one mel.

    A `mel.toml` next to the mels must match the vocoder's mels; raises UserError with the
    difference. Griffin-Lim uses its settings, or `mel` if there is none.
    """
    jobs = _jobs(source, target)
    machine = pick_machine(speech)
    folder = source if source.is_dir() else source.parent
    made_with = folder / MEL_SETTINGS
    loaded: Vocoder
    if vocoder_path:
        loaded = load_vocoder(vocoder_path, vocoder, machine)
        if made_with.is_file() and (unlike := differences(made_with, loaded.mel)):
            raise UserError(f"{folder}: its mels were made with {unlike}, as {vocoder_path} needs")
    else:
        loaded = GriffinLim(_settings(made_with) if made_with.is_file() else mel, vocoder)

    def work(path: Path, temporary: Path) -> Made:
        read = _read(path, loaded.mel)
        with vocoding_memory(read, loaded.mel), machine.working():
            samples = loaded(read, seed)
        peak = float(np.abs(samples).max(initial=0))
        gain = HIGHEST / peak if peak > HIGHEST else 1.0
        sound = Sound(samples * np.float32(gain), loaded.mel.rate)
        write_sound(temporary, settle(sound, BITS), BITS)
        lufs = measure_loudness(sound).lufs
        note = f"turned down by {-20 * np.log10(gain):.1f} dB to prevent clipping"
        facts = {"lufs": None if lufs is None else round(lufs, 2)}
        return Made(sound.seconds, sound.seconds, note if gain < 1 else "", facts)

    by = VocoderKey(content_hash(vocoder_path) if vocoder_path else "", seed)
    settings = digest({"vocoder": vocoder, "speech": speech, "mel": loaded.mel, "by": by})
    batch = BatchConfig(jobs=1, dry_run=write.dry_run, force=write.force)
    done = run_batch(jobs, work, target, settings, batch, progress)
    return replace(done, notes=done.notes + precision_notes(speech, machine) + loaded.notes)


def _settings(path: Path) -> MelConfig:
    """The settings in a `mel.toml`; raises SettingError naming it."""
    try:
        return build(MelConfig, read_section(path, "mel"), "mel")
    except SettingError as error:
        raise SettingError(f"{path}: {error}", error.key) from None


def _jobs(source: Path, target: Path) -> list[Job]:
    """One job per mel; mels that share an id are refused, each naming the others."""
    if not source.exists():
        raise SourceError(source, "there is no such file or folder")
    if source.resolve() == target.resolve():
        raise TargetError(target, "the mels are there and are not overwritten: name another -o")
    folder = source if source.is_dir() else source.parent
    paths = sorted(source.rglob("*")) if source.is_dir() else [source]
    owners = defaultdict(list)
    for path in paths:
        if path.suffix.lower() in SUFFIXES and path.is_file():
            owners[path.relative_to(folder).with_suffix("").as_posix()].append(path)
    if not owners:
        raise SourceError(source, f"holds no mel; mels are {', '.join(SUFFIXES)} files")
    jobs = []
    for name, same in owners.items():
        for path in same:
            others = ", ".join(other.name for other in same if other != path)
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
        return checked_mel(read_npz(path, "mel"), config)
    except OSError as error:
        raise Unreadable(os_reason(error)) from None
