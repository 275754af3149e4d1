"""The symbols of the front end espeak: one table for all languages, so that voices warm-start."""

import unicodedata

from ..symbols import PAD

LETTERS = "abcdefhijklmnopqrstuvwxyzæçðøħŋœɐɑɒɓɔɕɖɗɘəɚɛɜɝɞɟɠɡɢɣɤɥɦɧɨɪɫɬɭɮɯɰɱɲɳɴɵɶɸɹɺɻɽɾʀʁʂʃʄʈʉʊʋʌ"
LETTERS += "ʍʎʏʐʑʒʔʕʘʙʛʝʟʡʢʦβθχᵻⱱǀǁǂǃ"
STRESS = "ˈˌ"
# What changes the phoneme before it, or after it as the prenasals do.
MODIFIERS = "ːˑʰʷʲˠˤʼ˞ᵐᵑᵝⁿˡ"
COMBINING = "\u0303\u0306\u0308\u030a\u0318\u0319\u031a\u031c\u031d\u031e\u031f\u0320\u0322\u0324"
COMBINING += "\u0325\u0329\u032a\u032c\u032f\u0330\u0334\u0339\u033a\u033b\u033c\u033d\u0361"
# espeak-ng writes tones as digits, where ɜ stands for 3.
TONES = "123456789˥˦˧˨˩"
PUNCTUATION = '.,;:!?¿¡…—"()'

SYMBOLS = (PAD, " ", *PUNCTUATION, *STRESS, *MODIFIERS, *COMBINING, *TONES, *LETTERS)
"""All of them; the place is the id."""

# What espeak-ng prints for phonemes whose IPA it does not know: its own notation and X-SAMPA.
_NOTATION = dict(zip('AFKNSXZg:?εΦ^`[."', "ɑɱɬŋʃχʒɡːʔɛɸʲʼ\u032a\u0322\u0308", strict=True))
# They part phonemes, and have no sound.
_SEPARATORS = "-_\u200d\u200c"
_TRANSLATION = str.maketrans(_NOTATION | dict.fromkeys(_SEPARATORS, ""))
_CEDILLA = "c\u0327"


def spell_phonemes(printed: str) -> str:
    """What espeak-ng prints, with one code point for each symbol of the table."""
    apart = unicodedata.normalize("NFD", printed.translate(_TRANSLATION))
    return apart.replace(_CEDILLA, "ç")
