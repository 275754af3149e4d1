"""Faults of known size that can be put into a clean sound, written out."""

from . import (
    click,
    copied,
    cut_end,
    cut_start,
    digital_tail,
    dropout,
    jump,
    reverb,
    second_voice,
    tail_silence,
)

FAULTS = (
    tail_silence.FAULT,
    digital_tail.FAULT,
    cut_start.FAULT,
    cut_end.FAULT,
    click.FAULT,
    dropout.FAULT,
    jump.FAULT,
    reverb.FAULT,
    second_voice.FAULT,
    copied.FAULT,
)
