"""How fast a text is spoken, in sounds, which takes a lexicon."""

from ...check import Check, Reading
from ..spoken import Spoken


def read_phoneme_rate(spoken: Spoken) -> Reading | None:
    """The sounds of a text for each second of its speech.

    None where the seconds are not known, and where a word is not in the lexicon.
    """
    if not spoken.seconds or spoken.seconds <= 0 or spoken.phonemes is None:
        return None
    count = len(spoken.phonemes)
    return Reading(count / spoken.seconds, f"{count} sounds in {spoken.seconds:.1f} s")


# The fastest of LJSpeech's clips has 15.8.
CHECK = Check(
    name="phonemes_per_second",
    reads="clip",
    measure=read_phoneme_rate,
    limit=25,
    unit="sounds/s",
    advice="nobody speaks so fast: correct the text, or find where the sound was cut",
    weight="error",
    mend="text",
)
