"""What commands that draw have in common: the format by the name, and drawing that can fail."""

from collections.abc import Callable
from pathlib import Path

from ..errors import SettingError, TargetError

FORMATS = (".png", ".svg", ".pdf")


def check_format(picture: str) -> None:
    """Raise SettingError for a picture's name that says no format that can be drawn."""
    if picture and Path(picture).suffix not in FORMATS:
        raise SettingError(f"picture = {picture}: it ends in {', '.join(FORMATS)}", "picture")


def draw_into(target: Path, draw: Callable[[Path], None]) -> Path:
    """Draw into a file, its folder made where it is missing; raises TargetError."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        draw(target)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise TargetError(target, f"cannot be drawn: {why.lower()}") from None
    return target
