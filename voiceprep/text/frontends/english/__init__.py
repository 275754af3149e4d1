"""English words as ARPAbet: the CMU dictionary, endings, and letter rules for the rest."""
