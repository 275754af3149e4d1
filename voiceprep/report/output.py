"""Writing pictures for commands: the format from the file name, errors as TargetError."""

from collections.abc import Callable
from pathlib import Path

from ..errors import SettingError, TargetError

FORMATS = (".png", ".svg", ".pdf")


def check_format(picture: str) -> None:
    """Raise SettingError where a picture's suffix is none of FORMATS."""
    if picture and Path(picture).suffix not in FORMATS:
        formats = ", ".join(FORMATS)
        raise SettingError(f"picture = {picture}: must end in one of {formats}", "picture")


def draw_into(target: Path, draw: Callable[[Path], None]) -> Path:
    """Draw into a file and create its folder; raises TargetError."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        draw(target)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise TargetError(target, f"cannot be drawn: {why.lower()}") from None
    return target
