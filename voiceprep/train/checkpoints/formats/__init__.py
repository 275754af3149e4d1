"""Checkpoint and mel files in our own and other systems' formats."""
