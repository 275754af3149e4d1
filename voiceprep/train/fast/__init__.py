"""The sums of Tacotron 2's decoder, sooner."""

from .decode import decode

__all__ = ["decode"]
