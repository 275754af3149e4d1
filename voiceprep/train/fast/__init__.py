"""The sums of the models, sooner: Tacotron 2's decoder, teacher forced and speaking; WaveGlow."""

from .decode import decode
from .speak import fast_stepper
from .waveglow import Synthesiser, normalise, transform

__all__ = ["Synthesiser", "decode", "fast_stepper", "normalise", "transform"]
