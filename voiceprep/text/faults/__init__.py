"""Faults of texts that can be made to size, written out.

They are made in a set: `inject` takes texts by id and returns them all, a tenth of them changed;
which have the fault is what differs.
"""

from . import copied_text, shortened_text, swapped_texts, wrong_words

FAULTS = (
    copied_text.EXACT,
    copied_text.NEAR,
    shortened_text.FAULT,
    swapped_texts.FAULT,
    wrong_words.FAULT,
)
