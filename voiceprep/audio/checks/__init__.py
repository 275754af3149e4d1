"""What is checked of a sound, written out."""

from . import (
    clicks,
    copies,
    cut_end,
    cut_start,
    dc_offset,
    dropouts,
    lead_seconds,
    octave_jumps,
    other_voice,
    pause_seconds,
    pitch_hz,
    pitch_range,
    reverb_seconds,
    tail_seconds,
)

CHECKS = (
    dc_offset.CHECK,
    lead_seconds.CHECK,
    tail_seconds.CHECK,
    pause_seconds.CHECK,
    cut_start.CHECK,
    cut_end.CHECK,
    clicks.CHECK,
    dropouts.CHECK,
    reverb_seconds.CHECK,
    pitch_hz.CHECK,
    pitch_range.CHECK,
    octave_jumps.CHECK,
    other_voice.CHECK,
    copies.CHECK,
)
