"""Checks and their faults, trials of both, and plans that fix findings."""
