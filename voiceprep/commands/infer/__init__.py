"""`voiceprep infer`: sentences spoken by a trained voice."""

from .command import infer

__all__ = ["infer"]
