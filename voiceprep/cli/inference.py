"""Completes the arguments of `voiceprep infer`: the flags of the original scripts."""

from collections.abc import Sequence

import click

from .original import own_flags, translate
from .original_flags import INFERENCE


def rewrite(words: list[str], options: Sequence[click.Parameter]) -> tuple[list[str], list[str]]:
    """The arguments to parse, and notes to print; raises UserError for an unknown flag."""
    parsed = translate(words, own_flags(options), INFERENCE)
    return parsed.ours + parsed.after, parsed.notes
