"""What is checked of a sound, written out."""

from . import dc_offset

CHECKS = (dc_offset.CHECK,)
