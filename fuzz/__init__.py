"""Mutated files for every parser, and kills for every command that writes."""
