"""WADA-SNR: a signal-to-noise ratio from the distribution of amplitudes, without speech detection.

After Kim and Stern (2008), "Robust signal-to-noise ratio estimation based on waveform amplitude
distribution analysis": clean speech is assumed to have a gamma distribution of shape 0.4 and
noise a Gaussian one. The log of the mean amplitude less the mean of its log then depends on their
ratio alone.
"""

from functools import lru_cache

import numpy as np

from ...quality.check import Check, Measurement
from ..features import AudioFeatures

SHAPE = 0.4
LOWEST_DB, HIGHEST_DB = -20, 100
# Quantiles that represent the gamma distribution.
QUANTILES = 4000
# The fewest samples for an estimate: a second of speech at 8 kHz.
FEWEST = 8000


def read_wada(features: AudioFeatures) -> Measurement | None:
    """The WADA estimate of the signal-to-noise ratio in dB, from -20 to 100.

    Zeros, which no microphone records, are left out; None where fewer than 8000 samples remain, or
    some are not finite.
    """
    amplitudes = np.abs(features.sound.samples).astype(np.float64)
    amplitudes = amplitudes[amplitudes > 0]
    if features.broken or len(amplitudes) < FEWEST:
        return None
    spread = float(np.log(np.mean(amplitudes)) - np.mean(np.log(amplitudes)))
    ratios, spreads = spread_table()
    ratio = float(np.interp(spread, spreads, ratios))
    return Measurement(ratio, f"WADA estimates a signal-to-noise ratio of {ratio:.0f} dB")


@lru_cache
def spread_table() -> tuple[np.ndarray, np.ndarray]:
    """Ratios in dB and the spread of amplitudes at each, which rises with the ratio."""
    from scipy.special import dawsn, erf, gammaincinv

    speech = gammaincinv(SHAPE, (np.arange(QUANTILES) + 0.5) / QUANTILES)
    speech /= np.sqrt(np.mean(speech**2))
    # E ln|a + n| for a Gaussian n is -(gamma + ln 2) / 2 at a = 0, its slope Dawson's integral.
    places = np.concatenate(([0.0], np.geomspace(1e-3, 40, 4000)))
    slopes = np.sqrt(2) * dawsn(places / np.sqrt(2))
    steps = np.diff(places) * (slopes[1:] + slopes[:-1]) / 2
    logs = -(np.euler_gamma + np.log(2)) / 2 + np.concatenate(([0.0], np.cumsum(steps)))
    ratios = np.arange(LOWEST_DB, HIGHEST_DB + 1.0)
    spreads = np.empty(len(ratios))
    for number, ratio in enumerate(ratios):
        above = speech * 10 ** (ratio / 20)
        folded = np.sqrt(2 / np.pi) * np.exp(-(above**2) / 2) + above * erf(above / np.sqrt(2))
        log = np.where(above < 40, np.interp(above, places, logs), np.log(np.maximum(above, 1)))
        spreads[number] = np.log(np.mean(folded)) - np.mean(log)
    return ratios, spreads


CHECK = Check(
    name="wada_snr_db",
    reads="sound",
    measure=read_wada,
    limit=16.0,
    unit="dB",
    usual="{limit:g} dB or more is usual",
    advice="listen to check whether it is noisy or reverberant; `voiceprep denoise` removes steady "
    "noise",
    worse="below",
    off="clean voices measure 16 to 48 dB: at a limit that flags none it finds all clips with "
    "noise 15 dB below the speech, but 0 to 7 % of those with 25 dB, and snr_db finds all of these",
)
