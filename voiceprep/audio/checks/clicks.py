"""Clicks: samples that linear prediction from both sides does not explain.

The error of interpolation is what neither the samples before nor those after explain, after Vaseghi
and Rayner (1990). The filter of each short frame is estimated from frames before and after it, but
not next to it: a click must not adapt the filter that is to reveal it. The error is compared with
that nearby: breath is rough for longer and the pulses of a voice repeat, a click does neither. A
pulse of the voice and the burst of a p, t or k start something that sounds on; after a click the
sound goes on as before it. So the error counts less, the louder it is after it than before.

A jump where samples are missing is found in half of the cases at most, and in some voices never.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ...quality.check import Check, Measurement, Reading, Undecided
from ..features import AudioFeatures
from ..quantiles import quantile
from ..sound import Sound

# Twice the highest frequency that is heard.
HEARD_RATE = 40000
ORDER, FRAME_SECONDS, UNHEARD, FLOOR = 16, 0.024, 1e-3, 1e-7
# A frame's filter is estimated from those this many half frames before and after it.
AWAY = 3
BLOCK_SECONDS = 0.0005
# In blocks: how long a click rings through the filter at least, and the range it is compared with.
RING, AROUND = 3, 24
# In blocks: when a click is over and the vocal tract still rings.
AFTER = 3, 12
# A sound that is louder after a step by no more than this factor may go on as before.
SAME = 2.0
# A surrounding softer than this below the 95th percentile is taken to be at that level.
SOFT_DB = 10.0
# So near its ends the sound before or after is not known.
EDGE_SECONDS = 0.01
LIMIT = 8.0


def read_clicks(features: AudioFeatures) -> Reading | None:
    """The largest ratio of an error of interpolation to those within 12 ms of it.

    None for a short sound, for all zeros, and where samples are not finite.
    """
    if features.broken or not np.any(features.sound.samples):
        return None
    samples, rate = _audible(features.sound)
    size = max(round(BLOCK_SECONDS * rate), 1)
    if len(samples) < 4 * AROUND * size:
        return None
    errors = interpolation_errors(samples, 2 * round(FRAME_SECONDS * rate / 2))
    peaks = _blocks(errors, size).max(axis=1)
    ring = max(RING, -(-ORDER // size) + 1)
    ratios = peaks / _surroundings(peaks, ring) / _onsets(samples, size)
    edge = round(EDGE_SECONDS / BLOCK_SECONDS)
    inside = ratios[edge:-edge]
    if inside.max() <= LIMIT < ratios.max():
        return Undecided(f"it may click in its first or last {1000 * EDGE_SECONDS:.0f} ms")
    value, when = float(inside.max()), (edge + int(inside.argmax())) * size / rate
    places = (edge + np.flatnonzero(inside > LIMIT)) * size / rate
    spans = tuple((float(place), float(place) + BLOCK_SECONDS) for place in places)
    return Measurement(
        value, f"a click at {when:.3f} s, {value:.1f} times as sharp as its surroundings", spans
    )


def _audible(sound: Sound) -> tuple[np.ndarray, float]:
    """The samples at a rate that is not far above what is heard, and that rate.

    What no microphone passes is so soft at higher rates that anything sticks out of it.
    """
    factor = max(sound.rate // HEARD_RATE, 1)
    return _blocks(sound.samples, factor).mean(axis=1), sound.rate / factor


def interpolation_errors(samples: np.ndarray, length: int) -> np.ndarray:
    """The absolute interpolation error of each sample, float32, scaled as the samples are."""
    from scipy.fft import irfft, next_fast_len, rfft

    hop = length // 2
    count = 1 + len(samples) // hop
    # A sound that begins or ends loud has no edge there: it is continued as its mirror image.
    padded = np.pad(samples, (ORDER + hop // 2, length + hop + ORDER), mode="reflect")
    filters = _predictors(sliding_window_view(padded[ORDER:], length)[::hop][:count])
    pieces = sliding_window_view(padded, hop + 2 * ORDER)[hop // 2 :: hop][:count]
    size = next_fast_len(hop + 2 * ORDER, real=True)
    responses = rfft(filters, size)
    # The prediction filter both ways. What wrapped around lies in the first and last samples.
    powers = responses.real**2 + responses.imag**2
    powers /= np.sqrt(np.einsum("ij,ij->i", filters, filters))[:, None]
    rest = irfft(rfft(pieces, size) * powers, size)[:, ORDER : ORDER + hop]
    errors: np.ndarray = np.abs(rest.ravel()[: len(samples)])
    return errors


def _predictors(frames: np.ndarray) -> np.ndarray:
    """For every frame, the prediction error filter of its neighbours, float32."""
    from scipy.fft import irfft, next_fast_len, rfft

    # Long enough for the lags that are used: what wraps around lies in the others.
    size = next_fast_len(frames.shape[1] + ORDER, real=True)
    spectra = rfft(frames * np.hanning(frames.shape[1]).astype(np.float32), size)
    correlation = irfft(spectra.real**2 + spectra.imag**2, size)[:, : ORDER + 1]
    padded = np.pad(correlation, ((AWAY, AWAY), (0, 0)), mode="edge")
    correlation = padded[: -2 * AWAY] + padded[2 * AWAY :]
    correlation[:, 0] = correlation[:, 0] * (1 + UNHEARD) + FLOOR
    places = np.arange(ORDER)
    matrices = correlation[:, np.abs(places[:, None] - places)]
    weights = np.linalg.solve(matrices, correlation[:, 1:, None])[..., 0]
    return np.concatenate((np.ones((len(frames), 1)), -weights), axis=1).astype(np.float32)


def _blocks(values: np.ndarray, size: int) -> np.ndarray:
    """The values in rows of `size`, without an incomplete last one."""
    return values[: len(values) // size * size].reshape(-1, size)


def _surroundings(peaks: np.ndarray, ring: int) -> np.ndarray:
    """The highest peak near each block, before or after it, without the block's own ringing."""
    from scipy.ndimage import maximum_filter1d

    width = AROUND - ring + 1
    highest = maximum_filter1d(np.pad(peaks, AROUND), width)[width // 2 :]
    near = np.maximum(highest[: len(peaks)], highest[AROUND + ring :][: len(peaks)])
    least = quantile(peaks, 0.95) * 10 ** (-SOFT_DB / 20) + 1e-9
    surroundings: np.ndarray = np.maximum(near, least)
    return surroundings


def _onsets(samples: np.ndarray, size: int) -> np.ndarray:
    """By what factor a sound is louder after each block than before it, 1 where it goes on."""
    # The slope leaves out offsets and rumble.
    slopes = _blocks(np.diff(samples, prepend=samples[:1]), size)
    first, last = AFTER
    energies = np.einsum("ij,ij->i", slopes, slopes, dtype=np.float64)
    sums = np.pad(np.cumsum(np.pad(energies, last, mode="edge")), (1, 0))
    width, count = last - first + 1, len(slopes)
    within = np.maximum(sums[width:] - sums[:-width], 0) + 1e-10
    before, after = within[:count], within[last + first :][:count]
    onsets: np.ndarray = np.maximum(np.sqrt(after / before) / SAME, 1)
    return onsets


CHECK = Check(
    name="clicks",
    reads="sound",
    measure=read_clicks,
    limit=LIMIT,
    unit="times its surroundings",
    usual="at most {limit:g} times is usual",
    advice="listen to it, and remove the click or leave the clip out",
    shared="the voice will click; listen whether these are clicks of the recording, or bursts of "
    "p, t and k that are its own",
)
