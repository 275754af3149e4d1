"""How fast a text is spoken, in what a model reads."""

from ...check import Check, Reading
from ..spoken import Spoken


def read_rate(spoken: Spoken) -> Reading | None:
    """The symbols of a text for each second of its speech; None where that is not known."""
    if not spoken.seconds or spoken.seconds <= 0:
        return None
    rate = spoken.length / spoken.seconds
    return Reading(rate, f"{spoken.length} symbols in {spoken.seconds:.1f} s")


# The fastest of LJSpeech's 13,100 clips has 22.6; what is only too fast or too slow for its own
# voice is for duration_outlier.
CHECK = Check(
    name="symbols_per_second",
    reads="clip",
    measure=read_rate,
    limit=30,
    unit="symbols/s",
    advice="nobody speaks so fast: correct the text, or find where the sound was cut",
    weight="error",
    mend="text",
)
