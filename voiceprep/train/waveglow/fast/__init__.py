"""Optimised forward and backward passes of WaveGlow's flows."""

from .flow import FastInverse, normalise, transform
from .variants import Variant

__all__ = ["FastInverse", "Variant", "normalise", "transform"]
