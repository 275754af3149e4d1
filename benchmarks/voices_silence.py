"""How well `silence` and `trim` find the ends of voices that voices.py gathered.

    python benchmarks/voices_silence.py FOLDER open|held [SEED]

Clips of known truth as in silence_truth.py, of voices whose own ends are clear: those of flite and
festival and the prompts, whole or cut within a loud sound, of a second and more or shorter, and the
syllables of volunteers; those that end in a fricative, as s and f, have a row too. Around them lies
white noise, dull noise, babble of six other voices, or what the volunteers' microphones heard
between their syllables. Edges that are said to be uncertain are counted, and have no error.
"""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

# As the command has it: one product of matrices needs no threads of its own.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
import soundfile
import soxr
from scipy.signal import butter, correlate, sosfiltfilt
from silence_truth import (
    OWN_FLOOR_DB,
    RATE,
    SNRS_DB,
    Made,
    frame_levels,
    gated,
    hard_voices,
    make_clip,
    steady_noise,
)

from voiceprep.audio.dither import settle
from voiceprep.audio.silence import find_speech
from voiceprep.audio.sound import Sound
from voiceprep.audio.trim import TrimConfig, trim
from voiceprep.errors import Unusable

EACH, SEED = 40, 25
CLEAR_DB = 20
LOST_MS = (60, 150)
# The name of each noise in silence_truth, for those that it makes.
NOISES = {"white": "hiss", "dull": "room", "babble": "", "volunteers": ""}
BABBLERS = 6
# Speech is loud within this range. A hard end is so for the first frames, a clear one within more.
LOUD_RANGE_DB, LOUD_FRAMES, NEAR_FRAMES = 25.0, 5, 30
# A clip ends in a fricative where so much of the power of its end is above this frequency.
FRICATIVE_SECONDS, FRICATIVE_HZ, FRICATIVE_SHARE = 0.06, 2000.0, 0.7
# Seconds of a long clip, and of a short one.
LONG, SHORT = (1.2, 12.0), (0.2, 1.0)
# Its own ends must be this far below the gate that finds them, within so many frames of 10 ms.
LOWEST_HZ, QUIETER_DB, END_FRAMES = 70.0, 6.0, 3
PAUSE_SECONDS, PAUSE_UNDER_DB, PAUSE_RANGE_DB, JOIN_SECONDS = 0.5, 30.0, 12.0, 0.02
# More than dither changes a sample.
CHANGED = 4 / 2**15
# Of what is changed at the ends of a trimmed clip, so much is its fade.
FADE_SECONDS = 0.005
ROW = "| {:<44} | {:>6} | {:>6} | {:>8} | {:>9} | {:>9} | {:>9} | {:>6} | {:>9} | {:>9} |"
HEADS = (
    *("median", "95 %", ">60 lost", ">150 lost", "uncertain", "not found"),
    *("left", "trim >60", "trim >150"),
)


@dataclass(frozen=True)
class Voices:
    """The sounds of one part by use: three kinds of clear ends, and all of the volunteers."""

    speech: tuple[Path, ...]
    syllables: tuple[Path, ...]
    fricatives: tuple[Path, ...]
    volunteers: dict[str, tuple[Path, ...]]


@dataclass(frozen=True)
class Marks:
    """How a clip came out, in ms: `late` edges of speech found, `lost` by trim at each edge.

    `late` is None where no speech is found, and nan at an uncertain edge. `lost` is None where trim
    leaves the clip, or one end of it, as it is.
    """

    late: tuple[float, float] | None
    lost: tuple[float, float] | None


def find_voices(folder: Path, held: bool) -> Voices:
    lines = (folder / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["held"] is held]
    speech, syllables, volunteers = [], [], {}
    for row in rows:
        path = folder / row["path"]
        if row["source"] == "klettres":
            volunteers.setdefault(row["set"], []).append(path)
            if has_clear_ends(read_voice(path)):
                syllables.append(path)
        elif row["id"] in _known_texts(path.parents[1]) and has_clear_ends(read_voice(path)):
            speech.append(path)
    by_set = {name: tuple(paths) for name, paths in volunteers.items()}
    fricatives = [path for path in speech + syllables if ends_in_fricative(read_voice(path))]
    return Voices(tuple(speech), tuple(syllables), tuple(fricatives), by_set)


@cache
def _known_texts(dataset: Path) -> frozenset[str]:
    """The ids with a text: what has none may be a tone."""
    table = dataset / "metadata.csv"
    lines = table.read_text(encoding="utf-8").splitlines() if table.exists() else []
    return frozenset(line.partition("|")[0] for line in lines)


@cache
def read(path: Path) -> np.ndarray:
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return soxr.resample(samples.mean(axis=1), rate, RATE, quality="VHQ")


@cache
def read_voice(path: Path) -> np.ndarray:
    """The clip without what is below the pitch of a voice, which has no known end."""
    filter = butter(4, LOWEST_HZ, "highpass", fs=RATE, output="sos")
    return sosfiltfilt(filter, read(path)).astype(np.float32)


def has_clear_ends(samples: np.ndarray) -> bool:
    """Whether the gate of silence_truth finds the ends of speech.

    It may find those of the file instead, or a place in a long decay, or the ends of noise around
    the speech: so the ends of the file must be quieter, the level must fall through the gate
    steeply, and speech must be near.
    """
    levels = frame_levels(samples)
    if len(levels) <= 2 * END_FRAMES:
        return False
    ends = np.concatenate((levels[:END_FRAMES], levels[-END_FRAMES:]))
    gates = levels.max() - OWN_FLOOR_DB - np.array([0.0, QUIETER_DB])
    above = [np.flatnonzero(levels > gate) for gate in gates]
    apart = max(above[0][0] - above[1][0], above[1][-1] - above[0][-1])
    inside = levels[above[0][0] : above[0][-1] + 1]
    near = min(inside[:NEAR_FRAMES].max(), inside[-NEAR_FRAMES:].max())
    speech = near > levels.max() - LOUD_RANGE_DB
    return bool(ends.max() < gates[1] and apart <= END_FRAMES and speech)


def ends_in_fricative(samples: np.ndarray) -> bool:
    end = gated(samples)[-round(FRICATIVE_SECONDS * RATE) :]
    powers = np.abs(np.fft.rfft(end * np.hanning(len(end)))) ** 2
    high = np.fft.rfftfreq(len(end), 1 / RATE) > FRICATIVE_HZ
    return bool(powers[high].sum() > FRICATIVE_SHARE * powers.sum())


def made_clips(voices: Voices, each: int, seed: int) -> Iterator[tuple[str, Made]]:
    """`each` clips for every row, noise and ratio, with the name of the row."""
    random = np.random.default_rng(seed)
    noise = partial(any_noise, voices)
    sources = {
        "hard": loud_ended(hard_voices(voices.speech, random, LONG)),
        "soft": whole_voices(voices.speech, random, LONG),
        "hard, under 1 s": loud_ended(hard_voices(voices.speech, random, SHORT)),
        "soft, under 1 s": whole_voices(voices.speech, random, SHORT),
        "syllables": whole_voices(voices.syllables, random, SHORT),
        "fricative ends": whole_voices(voices.fricatives, random, (SHORT[0], LONG[1])),
    }
    for row, source in sources.items():
        ends = "hard" if row.startswith("hard") else "soft"
        for kind in NOISES:
            for snr_db in SNRS_DB:
                for number in range(each):
                    name = f"{row}-{kind}-{snr_db}-{number}"
                    yield row, make_clip(name, ends, next(source), kind, snr_db, random, noise)


def loud_ended(voices: Iterator[np.ndarray]) -> Iterator[np.ndarray]:
    """Those that stay loud at both ends: a splinter of a sound beside a pause is not heard."""
    for voice in voices:
        levels = frame_levels(voice)
        ends = np.concatenate((levels[:LOUD_FRAMES], levels[-LOUD_FRAMES:]))
        if ends.min() > levels.max() - LOUD_RANGE_DB:
            yield voice


def whole_voices(
    paths: Sequence[Path], random: np.random.Generator, seconds: tuple[float, float]
) -> Iterator[np.ndarray]:
    """Whole clips from the start to the end of their speech."""
    while True:
        voice = gated(read_voice(paths[random.integers(len(paths))]))
        if seconds[0] * RATE < len(voice) < seconds[1] * RATE:
            yield voice


def any_noise(voices: Voices, kind: str, count: int, random: np.random.Generator) -> np.ndarray:
    if NOISES[kind]:
        return steady_noise(NOISES[kind], count, random)
    return (babble if kind == "babble" else volunteers_room)(voices, count, random)


def babble(voices: Voices, count: int, random: np.random.Generator) -> np.ndarray:
    """Several voices at once, each at the same level, without its ends."""
    total = np.zeros(count)
    for _ in range(BABBLERS):
        parts, size = [], 0
        while size < count:
            part = gated(read_voice(voices.speech[random.integers(len(voices.speech))]))
            parts.append(part / np.sqrt(np.mean(part**2)))
            size += len(part)
        first = random.integers(size - count + 1)
        total += np.concatenate(parts)[first : first + count]
    return total


def volunteers_room(voices: Voices, count: int, random: np.random.Generator) -> np.ndarray:
    """A pause of one clip, played forwards and backwards in turn, joined by crossfades."""
    rooms = [pauses(paths) for paths in voices.volunteers.values()]
    room = rooms[random.choice([number for number, found in enumerate(rooms) if found])]
    piece = room[random.integers(len(room))].copy()
    join = round(JOIN_SECONDS * RATE)
    ramp = np.sqrt(np.linspace(0, 1, join))
    piece[:join] *= ramp
    piece[-join:] *= ramp[::-1]
    total = np.zeros(count + 2 * len(piece))
    for start in range(0, count + join, len(piece) - join):
        total[start : start + len(piece)] += piece
        piece = piece[::-1]
    return total[join : join + count]


@cache
def pauses(paths: tuple[Path, ...]) -> list[np.ndarray]:
    """The quietest half second of each clip where it is a pause that somebody recorded."""
    size = round(PAUSE_SECONDS * RATE)
    found = []
    for path in paths:
        samples = read(path)
        if len(samples) < 2 * size:
            continue
        energy = np.concatenate(([0.0], np.cumsum(np.square(samples, dtype=np.float64))))
        start = int(np.argmin(energy[size:] - energy[:-size]))
        piece = samples[start : start + size]
        levels, own = frame_levels(samples), frame_levels(piece)
        # Digital silence, a fade to it, and what holds a breath or a click are no room tone.
        steady = own.min() > max(own.max() - PAUSE_RANGE_DB, -95)
        if steady and own.max() < levels.max() - PAUSE_UNDER_DB:
            found.append(piece / np.sqrt(np.mean(piece**2)))
    return found


def mark(clip: Made) -> Marks:
    sound = Sound(clip.samples, RATE)
    try:
        speech = find_speech(sound)
        treated = trim(settle(sound, 16), TrimConfig())
    except Unusable:
        return Marks(None, None)
    late = (
        np.nan if speech.uncertain_start else 1e3 * (speech.lead - clip.start),
        np.nan if speech.uncertain_end else 1e3 * (speech.seconds - speech.tail - clip.end),
    )
    if "left as it is" in treated.note:
        return Marks(late, None)
    first, last = unchanged(clip.samples, treated.sound.samples)
    return Marks(late, (1e3 * max(first - clip.start, 0), 1e3 * max(clip.end - last, 0)))


def unchanged(samples: np.ndarray, trimmed: np.ndarray) -> tuple[float, float]:
    """From where to where, in seconds, a trimmed clip holds what the clip held."""
    found = correlate(samples.astype(np.float64), trimmed.astype(np.float64), "full", "fft")
    shift = int(found.argmax()) - len(trimmed) + 1
    first, last = max(shift, 0), min(shift + len(trimmed), len(samples))
    changed = np.abs(samples[first:last] - trimmed[first - shift : last - shift]) > CHANGED
    middle = int(np.abs(samples[first:last]).argmax())
    before, after = np.flatnonzero(changed[:middle]), np.flatnonzero(changed[middle:])
    start = first + (before[-1] + 1 if len(before) else 0)
    end = first + middle + after[0] if len(after) else last
    return start / RATE - FADE_SECONDS, end / RATE + FADE_SECONDS


def figures(marks: Sequence[Marks]) -> list[str]:
    """The cells of a row: of the edges that are certain, then of what trim does."""
    late = np.array([mark.late for mark in marks if mark.late]).reshape(-1, 2)
    lost = np.fmax(late[:, 0], -late[:, 1])
    trimmed = np.array([max(mark.lost) for mark in marks if mark.lost])
    off = np.abs(late) if np.isfinite(late).any() else np.zeros((1, 2))
    cells = [f"{np.nanmedian(off):.0f}", f"{np.nanpercentile(off, 95):.0f}"]
    cells += [_share(np.sum(lost > most), len(marks)) for most in LOST_MS]
    cells += [_share(np.sum(np.isnan(late)), late.size or 1)]
    cells += [_share(sum(mark.late is None for mark in marks), len(marks))]
    cells += [_share(sum(bool(mark.late) and not mark.lost for mark in marks), len(marks))]
    return cells + [_share(np.sum(trimmed > most), len(marks)) for most in LOST_MS]


def _share(count: int, total: int) -> str:
    return f"{100 * count / total:.1f} %"


def table(marked: Sequence[tuple[str, Made, Marks]]) -> list[str]:
    lines = [ROW.format("", *HEADS), "|" + "|".join(10 * ["---"]) + "|"]

    def show(title: str, chosen: Sequence[Marks]) -> None:
        lines.append(ROW.format(title, *figures(chosen)))

    for row in dict.fromkeys(name for name, _, _ in marked):
        own = [(clip, marks) for name, clip, marks in marked if name == row]
        clear = [(clip, marks) for clip, marks in own if clip.snr_db >= CLEAR_DB]
        show(f"{row}: {CLEAR_DB} dB and more", [marks for _, marks in clear])
        for kind in NOISES:
            title = f"{row}: {kind}, {CLEAR_DB} dB and more"
            show(title, [marks for clip, marks in clear if clip.kind == kind])
        for snr_db in SNRS_DB:
            show(f"{row}: {snr_db} dB", [marks for clip, marks in own if clip.snr_db == snr_db])
    return lines


def silence_lines(folder: Path, part: str, seed: int = SEED) -> list[str]:
    voices = find_voices(folder, held=part == "held")
    counts = f"{len(voices.speech)} clips of speech and {len(voices.syllables)} syllables"
    return [
        f"{part}: {counts} have clear ends, {len(voices.fricatives)} of them in a fricative;",
        f"{EACH} made clips for each row, noise and ratio; edges in ms",
        "",
        *table([(row, clip, mark(clip)) for row, clip in made_clips(voices, EACH, seed)]),
    ]


def main() -> None:
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else SEED
    print("\n".join(silence_lines(Path(sys.argv[1]), sys.argv[2], seed)))


if __name__ == "__main__":
    main()
