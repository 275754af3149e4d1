"""Everything that needs torch."""

from ..callable_package import make_callable

make_callable(__name__, "voiceprep.api.voices")
