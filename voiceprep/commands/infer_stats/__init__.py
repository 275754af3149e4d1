"""`voiceprep infer-stats`: how often a voice fails, and why."""

from .command import infer_stats

__all__ = ["infer_stats"]
