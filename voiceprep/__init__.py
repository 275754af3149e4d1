"""From a folder of recordings to a voice that speaks, and the clips to blame where it fails to."""

from .moved import install as _install

__version__ = "0.1.0"

_install()
