"""`voiceprep report`: what a dataset is, and which clips to fix or leave out."""

from .command import report

__all__ = ["report"]
