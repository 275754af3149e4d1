"""A ratio of speech to noise from how amplitudes are spread, whatever is taken for speech.

After Kim and Stern (2008), "Robust signal-to-noise ratio estimation based on waveform amplitude
distribution analysis": clean speech is taken to be of gamma distribution with a shape of 0.4,
noise to be Gaussian. The log of the mean amplitude less the mean of its log then depends on
nothing but their ratio.
"""

from functools import lru_cache

import numpy as np

from ...check import Check, Reading
from ..hearing import Hearing

SHAPE = 0.4
LOWEST_DB, HIGHEST_DB = -20, 100
# Quantiles that stand for the gamma distribution.
QUANTILES = 4000
# The fewest samples whose spread says something: a second of speech at 8 kHz.
FEWEST = 8000


def read_wada(hearing: Hearing) -> Reading | None:
    """The WADA estimate of the ratio of speech to noise in dB, within -20 and 100.

    Zeros, which no microphone gives, are left out; None where less than 8000 samples remain, or
    some are no numbers.
    """
    amplitudes = np.abs(hearing.sound.samples).astype(np.float64)
    amplitudes = amplitudes[amplitudes > 0]
    if hearing.broken or len(amplitudes) < FEWEST:
        return None
    spread = float(np.log(np.mean(amplitudes)) - np.mean(np.log(amplitudes)))
    ratios, spreads = spread_table()
    ratio = float(np.interp(spread, spreads, ratios))
    return Reading(ratio, f"by the spread of its amplitudes, speech is {ratio:.0f} dB over noise")


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
    advice="listen whether it is noisy or reverberant; `voiceprep denoise` takes steady noise out",
    worse="below",
    off="clean voices read from 16 to 48 dB: at a limit that accuses none it finds all clips with "
    "noise 15 dB under the speech, but 0 to 7 % of those with 25 dB, and snr_db finds all of these",
)
