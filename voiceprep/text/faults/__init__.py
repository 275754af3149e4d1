"""Faults of known size to put into texts, written out.

They are put into a set: `inject` takes texts by id and returns them all, a tenth of them changed;
the changed ones have the fault.
"""

from . import copied_text, shortened_text, swapped_texts, wrong_words

FAULTS = (
    copied_text.EXACT,
    copied_text.NEAR,
    shortened_text.FAULT,
    swapped_texts.FAULT,
    wrong_words.FAULT,
)
