"""The sums of Tacotron 2's decoder, sooner: teacher forced, and speaking."""

from .decode import decode
from .speak import fast_stepper

__all__ = ["decode", "fast_stepper"]
