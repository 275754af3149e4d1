"""Checkpoints: what they hold, the files they lie in, and what they are exported to."""
