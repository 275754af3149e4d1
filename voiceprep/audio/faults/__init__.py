"""Faults of known size to put into sounds, written out."""

from . import band_limit, clipped_lowered, clipping, dc_offset, hiss, hum, mp3, wrong_rate

FAULTS = (
    clipping.FAULT,
    clipped_lowered.FAULT,
    hum.FAULT,
    hiss.WHITE,
    hiss.PINK,
    band_limit.FAULT,
    mp3.FAULT,
    wrong_rate.FAULT,
    dc_offset.FAULT,
)
