"""Whole recipes as TOML, each line with its why."""
