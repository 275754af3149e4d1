"""What is checked of a sound, written out.

Channels that are opposite in phase are told where a file is read, see `channels`: a sound has one.
"""

from . import (
    bandwidth_hz,
    clipping,
    dc_offset,
    hum_db,
    loudness_lufs,
    noise_floor_db,
    snr_db,
    true_peak_dbtp,
    upsampled,
    wada_snr_db,
    wrong_rate,
)

CHECKS = (
    loudness_lufs.CHECK,
    true_peak_dbtp.CHECK,
    clipping.CHECK,
    noise_floor_db.CHECK,
    snr_db.CHECK,
    wada_snr_db.CHECK,
    hum_db.CHECK,
    dc_offset.CHECK,
    bandwidth_hz.CHECK,
    upsampled.CHECK,
    wrong_rate.CHECK,
)
