"""The language that a front end reads, where it reads only one."""

from .encode import FrontendName
from .frontends import FrontendState

LANGUAGES: dict[FrontendName, str] = {
    "nvidia": "en",
    "phonemes-en": "en",
    "dctts": "en",
    "ettts": "en",
    "ja": "ja",
    "zh": "zh",
    "ko": "ko",
}
# Names of espeak-ng that are not those of ISO 639-1.
_OTHER_NAMES = {"cmn": "zh"}


def language_of(state: FrontendState) -> str:
    """The language by its code of two letters where it has one; "" where it is not known."""
    if state.name == "espeak":
        language = str(dict(state.options).get("language", "")).partition("-")[0].lower()
        return _OTHER_NAMES.get(language, language)
    return {str(name): code for name, code in LANGUAGES.items()}.get(state.name, "")
