"""How well the ends of speech are found, by voiceprep and by what people use, on made clips.

    python benchmarks/bench_silence.py FOLDER of wavs of real speech [SEED]

The clips are those of silence_truth.py, 20 for each kind of end, of noise and of ratio. silero-vad
has a row where it is installed. A finder that finds nothing is counted as off by the whole clip.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

# As the command has it: one product of matrices needs no threads of its own.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import librosa
import numpy as np
import soundfile
import soxr
import webrtcvad
from silence_truth import KINDS, RATE, SNRS_DB, Made, made_clips

from voiceprep.audio.dither import settle
from voiceprep.audio.silence import find_speech
from voiceprep.audio.sound import Sound
from voiceprep.audio.trim import TOLERANCE_SECONDS, TrimConfig, trim
from voiceprep.errors import Unusable

EACH, SEED = 20, 3
CLEAR_DB = 20
LOST_SECONDS = 0.06
GOALS = {"hard": (15, 50, None), "soft": (30, 100, 2)}
Ends = tuple[float, float] | None
Finder = Callable[[np.ndarray], Ends]


def by_voiceprep(samples: np.ndarray) -> Ends:
    try:
        speech = find_speech(Sound(samples, RATE))
    except Unusable:
        return None
    return speech.lead, speech.seconds - speech.tail


def by_voiceprep_padded(samples: np.ndarray) -> Ends:
    """With digital silence put before and after it, half a second each."""
    found = by_voiceprep(np.pad(samples, RATE // 2))
    return (found[0] - 0.5, found[1] - 0.5) if found else None


def by_voiceprep_faded(samples: np.ndarray) -> Ends:
    """Faded in and out over a tenth of a second, as an editor does."""
    fade = np.linspace(0, 1, RATE // 10, dtype=np.float32)
    faded = samples.copy()
    faded[: len(fade)] *= fade
    faded[-len(fade) :] *= fade[::-1]
    return by_voiceprep(faded)


def by_librosa(samples: np.ndarray, frame: int = 2048) -> Ends:
    _, (start, end) = librosa.effects.trim(
        samples, top_db=20, frame_length=frame, hop_length=frame // 4
    )
    return start / RATE, end / RATE


def by_pydub(threshold_db: float | None) -> Finder:
    """Its own way to trim: chunks of 10 ms over a threshold, or over 16 dB under the clip."""
    from pydub import AudioSegment
    from pydub.silence import detect_leading_silence

    def find(samples: np.ndarray) -> Ends:
        data = np.rint(samples * 32767).astype("<i2").tobytes()
        sound = AudioSegment(data, sample_width=2, frame_rate=RATE, channels=1)
        threshold = sound.dBFS - 16 if threshold_db is None else threshold_db
        lead = detect_leading_silence(sound, threshold)
        tail = detect_leading_silence(sound.reverse(), threshold)
        return lead / 1000, len(samples) / RATE - tail / 1000

    return find


def by_sox(samples: np.ndarray) -> Ends:
    """The recipe that goes round: from a tenth of a second over 1 % on, from both sides."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "a.wav"), Path(folder, "b.wav")
        soundfile.write(source, samples, RATE, subtype="PCM_16")
        cut = []
        for reverse in ([], ["reverse"]):
            effects = [*reverse, "silence", "1", "0.1", "1%"]
            subprocess.run(["sox", source, target, *effects], check=True, capture_output=True)
            cut.append((len(samples) - soundfile.info(target).frames) / RATE)
    end = len(samples) / RATE - cut[1]
    return (cut[0], end) if end > cut[0] else None


def by_webrtcvad(samples: np.ndarray) -> Ends:
    data = (soxr.resample(samples, RATE, 16000) * 32767).astype("<i2").tobytes()
    detector = webrtcvad.Vad(3)
    frames = range(0, len(data) - 639, 640)
    told = [start for start in frames if detector.is_speech(data[start : start + 640], 16000)]
    return (told[0] / 32000, (told[-1] + 640) / 32000) if told else None


def by_silero() -> Finder | None:
    try:
        import torch
        from silero_vad import get_speech_timestamps, load_silero_vad
    except ImportError:
        return None
    torch.set_num_threads(1)
    model = load_silero_vad()

    def find(samples: np.ndarray) -> Ends:
        sound = torch.from_numpy(soxr.resample(samples, RATE, 16000))
        told = get_speech_timestamps(sound, model, sampling_rate=16000)
        return (told[0]["start"] / 16000, told[-1]["end"] / 16000) if told else None

    return find


def errors(clips: Iterable[Made], ends: list[Ends]) -> np.ndarray:
    """How much too late each edge was found, in ms: shape (clips, 2)."""
    return 1e3 * np.array(
        [
            np.subtract(found, (clip.start, clip.end)) if found else 2 * [len(clip.samples) / RATE]
            for clip, found in zip(clips, ends, strict=True)
        ]
    )


def figures(late: np.ndarray) -> list[str]:
    off = np.abs(late)
    lost = np.mean((late[:, 0] > 1e3 * LOST_SECONDS) | (late[:, 1] < -1e3 * LOST_SECONDS))
    return [f"{np.median(off):.0f}", f"{np.percentile(off, 95):.0f}", f"{100 * lost:.1f} %"]


def cpu_seconds() -> float:
    """What this process has taken, and the programs that it called."""
    return sum(os.times()[:4])


def row(*cells: str) -> None:
    print("| " + " | ".join(cells) + " |")


def compare(clips: list[Made]) -> np.ndarray:
    """The table of all finders; what ours is off by."""
    finders = {
        "voiceprep": by_voiceprep,
        "voiceprep, digital silence around it": by_voiceprep_padded,
        "voiceprep, faded in and out": by_voiceprep_faded,
        "librosa.effects.trim, 20 dB": by_librosa,
        "the same, frames of 512 samples": partial(by_librosa, frame=512),
        "silero-vad": by_silero(),
        "pydub, -50 dBFS": by_pydub(-50.0),
        "pydub, 16 dB under its level": by_pydub(None),
        "SoX silence, 1 %": by_sox,
        "webrtcvad alone": by_webrtcvad,
    }
    kinds = ("hard", "soft", "stop")
    row("found by", *(f"{kind}: {told}" for kind in kinds for told in ("median", "95 %", "lost")))
    row(*(10 * ["---"]))
    by_librosa(np.ones(RATE, np.float32))  # which compiles something at its first call
    mine = None
    seconds = sum(len(clip.samples) for clip in clips) / RATE
    speeds = []
    for name, find in finders.items():
        if find is None:
            continue
        start = cpu_seconds()
        late = errors(clips, [find(clip.samples) for clip in clips])
        speeds.append(f"{name} {seconds / (cpu_seconds() - start):.0f}")
        mine = late if mine is None else mine
        row(name, *(cell for kind in kinds for cell in figures(late[chosen(clips, kind)])))
    row("goal", *(f"{goal}" if goal else "" for kind in GOALS for goal in GOALS[kind]), "", "", "")
    print(f"\nTimes real time, by CPU time: {', '.join(speeds)}.\n")
    return mine


def chosen(clips: list[Made], ends: str, least_db: int = CLEAR_DB) -> np.ndarray:
    return np.array([clip.ends == ends and clip.snr_db >= least_db for clip in clips])


def look_closer(clips: list[Made], late: np.ndarray) -> None:
    """Ours by noise and by ratio."""
    ends, shares = ("hard", "soft"), ("median", "95 %")
    row("voiceprep", *(f"{kind}: {share}" for kind in ends for share in shares))
    row(*(5 * ["---"]))
    for noise in KINDS:
        inside = np.array([clip.kind == noise for clip in clips])
        marks = [late[inside & chosen(clips, kind)] for kind in ends]
        row(f"{noise}, {CLEAR_DB} dB and more", *(x for mark in marks for x in figures(mark)[:2]))
    for snr_db in SNRS_DB:
        inside = np.array([clip.snr_db == snr_db for clip in clips])
        marks = [late[inside & chosen(clips, kind, 0)] for kind in ends]
        row(f"all noises, {snr_db} dB", *(x for mark in marks for x in figures(mark)[:2]))


def check_trim(clips: list[Made]) -> None:
    """How often the lead and the tail are as asked, and how often twice is once."""
    config = TrimConfig()
    kept, same, count = 0, 0, 0
    for clip in clips:
        if clip.snr_db < CLEAR_DB:
            continue
        once = trim(settle(Sound(clip.samples, RATE), 16), config).sound
        speech = find_speech(once)
        off = abs(speech.lead - config.lead_seconds), abs(speech.tail - config.tail_seconds)
        kept += max(off) <= TOLERANCE_SECONDS
        same += trim(once, config).sound is once
        count += 1
    share, within_ms = 100 * kept / count, 1e3 * TOLERANCE_SECONDS
    print(f"\nTrimmed, {kept} of {count} clips have the lead and the tail asked for within")
    print(f"{within_ms:.0f} ms ({share:.1f} %; goal: 99.5 %); {same} of them come back untouched")
    print("from a second trim.")


def main() -> None:
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else SEED
    clips = list(made_clips(Path(sys.argv[1]), EACH, seed))
    clear = [clip for clip in clips if clip.snr_db >= CLEAR_DB]
    print(f"{len(clips)} clips, {len(clear)} of them at {CLEAR_DB} dB and more; ms\n")
    late = compare(clips)
    look_closer(clips, late)
    check_trim(clips)


if __name__ == "__main__":
    main()
