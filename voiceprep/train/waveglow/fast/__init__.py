"""Optimised forward and backward passes of WaveGlow's flows."""

from .flow import FastInverse, normalise, transform

__all__ = ["FastInverse", "normalise", "transform"]
