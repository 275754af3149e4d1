"""Optimised forward and backward passes of Tacotron 2: teacher-forced and free-running."""

from .decode import decode
from .stepper import fast_stepper

__all__ = ["decode", "fast_stepper"]
