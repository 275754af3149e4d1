"""Trimming of clips to a given silence before and after the speech."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from ..config import setting
from ..errors import SettingError, Unusable
from .band_levels import hop_length
from .dither import settle
from .silence import SpeechActivity, find_speech
from .sound import Sound, Treated

# The tolerance of lead and tail.
TOLERANCE_SECONDS = 0.010
# A made clip is nearer, as its ends may be detected one step of 5 ms off at another level.
AIM_SECONDS = 0.0051
ROUNDS = 4
OTHER_LEVEL = 0.7
# Room tone is made of pieces of this length that overlap by half.
PIECE_SECONDS = 0.08
SHORTEST_PIECE_SECONDS = 0.01
# Room tone below this many quantisation steps is mostly dither, and mixing would dither it again:
# its pieces do not overlap.
STEPS_OF_DITHER = 1.0


@dataclass(frozen=True)
class TrimConfig:
    """How much silence a clip keeps around its speech."""

    lead_seconds: float = setting(0.10, "seconds before the speech", "--lead")
    tail_seconds: float = setting(0.15, "seconds after the speech", "--tail")
    fade_seconds: float = setting(0.005, "fade at both ends of the clip, in seconds")

    def __post_init__(self) -> None:
        for name in ("lead_seconds", "tail_seconds"):
            if not 0.02 <= getattr(self, name) <= 5:
                raise SettingError(
                    f"{name} = {getattr(self, name)}: must be from 0.02 to 5 seconds", name
                )
        if not 0 <= self.fade_seconds <= 0.01:
            raise SettingError(
                f"fade_seconds = {self.fade_seconds}: must be from 0 to 0.01", "fade"
            )


@dataclass(frozen=True)
class _Cut:
    """Where a clip is cut, in samples, and from where to where it stays what it was.

    Between the two, and beyond the ends of the clip, there is room tone.
    """

    start: int
    end: int
    first: int
    last: int


def trim(sound: Sound, config: TrimConfig, bits: int = 16) -> Treated:
    """Cut or pad a clip so that it has the measured lead and tail of `config`.

    The speech itself is not changed; padding is the clip's own room tone. The result, as it will be
    written with `bits` bits, is measured like any other clip, and the cut is corrected until it
    fits; where a click prevents that, lead and tail become room tone. A clip that already fits is
    left unchanged, and so is one that cannot be made to fit, with a note. Where an end of the
    speech is uncertain, that end of the clip is left unchanged, with a note. Raises Unusable where
    there is no speech.
    """
    speech = find_speech(sound)
    if _kept(speech, config):
        return Treated(sound, _doubts(speech), _facts(sound, speech))
    fallback = None
    for made in _attempts(sound, speech, config, bits):
        if _is_steady(made.sound, speech, config, bits):
            return made
        fallback = fallback or made
    if fallback:
        return fallback
    note = "its ends are too uncertain for the lead and tail asked for: left as it is"
    return Treated(sound, note, _facts(sound, speech))


def _attempts(
    sound: Sound, speech: SpeechActivity, config: TrimConfig, bits: int
) -> Iterator[Treated]:
    """Trimmed clips: with their own lead and tail, then with room tone instead."""
    size = len(sound.samples)
    first, last = round(speech.lead * sound.rate), round(speech.spans[-1][1] * sound.rate)
    tight = (0 if speech.uncertain_start else first, size if speech.uncertain_end else last)
    for inner in ((0, size), tight):
        cut = _first_cut(sound, speech, config, inner)
        nearest = np.inf
        made: Treated | None = None
        unsure: Treated | None = None
        for _ in range(ROUNDS):
            written = settle(_apply(sound, speech, cut, config, bits), bits)
            measured = _measured(written)
            if measured is None:
                break
            off = _off(measured, config, speech)
            one = Treated(written, _note(cut, speech), _facts(sound, measured, cut))
            if off < nearest:
                nearest, made = off, one
            if off <= AIM_SECONDS:
                break
            if _kept(measured, config):
                unsure = unsure or one
            cut = _corrected(cut, speech, measured, config, sound.rate)
        if made and nearest <= TOLERANCE_SECONDS:
            yield made
        elif unsure:
            # Its ends were known while there was more of its background.
            yield unsure


def _is_steady(sound: Sound, speech: SpeechActivity, config: TrimConfig, bits: int) -> bool:
    """Whether a clip fits at another level too, as its loudness may be changed later."""
    other = Sound(sound.samples * np.float32(OTHER_LEVEL), sound.rate)
    measured = _measured(settle(other, bits))
    return measured is not None and _off(measured, config, speech) <= TOLERANCE_SECONDS


def _measured(sound: Sound) -> SpeechActivity | None:
    try:
        return find_speech(sound)
    except Unusable:
        return None


def _kept(speech: SpeechActivity | None, config: TrimConfig) -> bool:
    """Whether a clip has the lead and tail of the settings."""
    return speech is not None and _off(speech, config, speech) <= TOLERANCE_SECONDS


def _off(measured: SpeechActivity, config: TrimConfig, speech: SpeechActivity) -> float:
    """How far lead and tail are from the settings; an end that is uncertain in `speech` is not."""
    return max(
        0.0 if speech.uncertain_start else abs(measured.lead - config.lead_seconds),
        0.0 if speech.uncertain_end else abs(measured.tail - config.tail_seconds),
    )


def _note(cut: _Cut, speech: SpeechActivity) -> str:
    padded = cut.start < cut.first or cut.end > cut.last
    digital = "padded with digital silence: it has no pause to take room tone from"
    return "; ".join(
        filter(None, [digital if padded and not speech.quiet else "", _doubts(speech)])
    )


def _doubts(speech: SpeechActivity) -> str:
    """What is told of the ends of a clip that are left as they are, and of other sounds."""
    ends = {"start": speech.uncertain_start, "end": speech.uncertain_end}
    told = [
        f"the {end} of its speech is uncertain ({why}): left as it is"
        for end, why in ends.items()
        if why
    ]
    first, last = speech.spans[0][0], speech.spans[-1][1]
    for start, end in speech.others:
        if end <= first or start >= last:
            place = "before" if end <= first else "after"
            told.append(f"{end - start:.2f} s of other sound {place} its speech, at {start:.2f} s")
    return "; ".join(told)


def _facts(sound: Sound, speech: SpeechActivity, cut: _Cut | None = None) -> dict[str, float]:
    size = len(sound.samples)
    cut = cut or _Cut(0, size, 0, size)
    trimmed = max(cut.start, cut.first) + size - min(cut.end, cut.last)
    padded = max(cut.first - cut.start, 0) + max(cut.end - cut.last, 0)
    return {
        "lead": round(speech.lead, 4),
        "tail": round(speech.tail, 4),
        "floor_db": round(max(speech.floor_db, -200.0), 2),
        "trimmed_seconds": round(trimmed / sound.rate, 6),
        "padded_seconds": round(padded / sound.rate, 6),
    }


def _first_cut(
    sound: Sound, speech: SpeechActivity, config: TrimConfig, inner: tuple[int, int]
) -> _Cut:
    # On the hop grid of the measurement, the result is analysed like the original.
    hop = hop_length(sound.rate)
    start = (speech.lead - config.lead_seconds) * sound.rate
    end = (speech.spans[-1][1] + config.tail_seconds) * sound.rate
    return _Cut(
        0 if speech.uncertain_start else hop * round(start / hop),
        len(sound.samples) if speech.uncertain_end else round(end),
        *inner,
    )


def _corrected(
    cut: _Cut, speech: SpeechActivity, measured: SpeechActivity, config: TrimConfig, rate: int
) -> _Cut:
    """The cut moved by the error of the result, never into the speech."""
    start, end = cut.start, cut.end
    if not speech.uncertain_start:
        lead = start + (measured.lead - config.lead_seconds) * rate
        start = round(min(lead, speech.lead * rate))
    if not speech.uncertain_end:
        tail = end - (measured.tail - config.tail_seconds) * rate
        end = round(max(tail, speech.spans[-1][1] * rate))
    return replace(cut, start=start, end=end)


def _apply(sound: Sound, speech: SpeechActivity, cut: _Cut, config: TrimConfig, bits: int) -> Sound:
    """The clip from cut to cut, padded and faded."""
    fade = round(config.fade_seconds * sound.rate)
    kept = sound.samples[max(cut.start, cut.first) : min(cut.end, cut.last)].copy()
    before, after = max(cut.first - cut.start, 0), max(cut.end - cut.last, 0)
    parts = [kept]
    if before:
        tone = room_tone(sound, speech, before + fade, bits)
        _join(kept[::-1], tone[before:][::-1])
        parts.insert(0, tone[:before])
    if after:
        tone = room_tone(sound, speech, after + fade, bits)
        _join(kept, tone[:fade])
        parts.append(tone[fade:])
    samples = np.concatenate(parts)
    ramp = _ramp(min(fade, len(samples) // 2))
    if not speech.uncertain_start:
        samples[: len(ramp)] *= ramp
    if not speech.uncertain_end:
        samples[len(samples) - len(ramp) :] *= ramp[::-1]
    return Sound(samples, sound.rate)


def _join(samples: np.ndarray, tone: np.ndarray) -> None:
    """Crossfade the end of `samples` into `tone`, in place."""
    size = min(len(tone), len(samples))
    ramp = _ramp(size)
    end = samples[len(samples) - size :]
    end *= np.sqrt(1 - ramp**2)
    end += ramp * tone[:size]


def _ramp(size: int) -> np.ndarray:
    """A ramp from 0 to 1 along a quarter of a sine."""
    return np.sin(np.pi / 2 * (np.arange(size) + 0.5) / max(size, 1)).astype(np.float32)


def room_tone(sound: Sound, speech: SpeechActivity, count: int, bits: int = 16) -> np.ndarray:
    """`count` samples of the clip's own room tone, made of pieces of its quiet stretches."""
    shortest = round(SHORTEST_PIECE_SECONDS * sound.rate)
    sources = [place for place in speech.quiet if place[1] - place[0] >= 2 * shortest]
    if not sources:
        return np.zeros(count, np.float32)
    size = min(round(PIECE_SECONDS * sound.rate), max(end - start for start, end in sources))
    size -= size % 2
    sources = [place for place in sources if place[1] - place[0] >= size]
    # With sine windows, overlapping uncorrelated pieces have constant power.
    window = np.sin(np.pi * (np.arange(size) + 0.5) / size).astype(np.float32)
    hop = size // 2
    if speech.floor_db < 20 * np.log10(STEPS_OF_DITHER / 2 ** (bits - 1)):
        window, hop = np.ones(size, np.float32), size
    tone = np.zeros(count + 2 * size, np.float32)
    random = np.random.Generator(np.random.SFC64(0))
    for start in range(0, count + size, hop):
        first, last = sources[int(random.integers(len(sources)))]
        place = int(random.integers(first, last - size + 1))
        tone[start : start + size] += window * sound.samples[place : place + size]
    return tone[size // 2 : size // 2 + count]
