"""Punctuation marks of the world's scripts: those that end a sentence, and those at a pause."""

QUESTIONS = "?？؟፧"
EXCLAMATIONS = "!！"
STOPS = ".。｡．۔।॥።။។"
CLOSERS = "\"'”’»«“‘›‹)）]」』】》"
# Marks that end a sentence whatever follows them: no number and no abbreviation has one.
FULL_STOPS = "。｡！？؟۔।॥፧።။។"
PAUSES = frozenset(",.;:!?()、，；：。｡！？…؟،؛۔।॥—–")
# The marks at which a sentence is split that is too long, beside those before a space.
WIDE_CLAUSES = "、，；：،؛"
# The marks at the start and at the end of a word.
EDGES = '.,;:!?"()[]<>«»‹›“”„‟‚¿¡*…‥。｡、，；：！？．「」『』（）《》〈〉【】〔〕・،؛؟۔।॥'
