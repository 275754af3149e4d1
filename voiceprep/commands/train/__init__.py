"""`voiceprep train`: a model trained on a dataset."""

from .command import train

__all__ = ["train"]
