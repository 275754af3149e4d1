"""Pages to look at in a browser: one file each, which needs no network to be whole."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ..disk import replacing
from .drawing import Plane, picture, ticks

TEMPLATES = Path(__file__).parent / "templates"


def write_page(target: Path, template: str, **parts: Any) -> None:
    """A page of a template and what it is to show; all text is escaped."""
    told = _environment().get_template(template).render(**parts)
    with replacing(target) as temporary:
        # A file's name may hold what is no character.
        temporary.write_text(told, encoding="utf-8", errors="replace")


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"Plane": Plane, "ticks": ticks, "picture": picture}
    made.filters["percent"] = lambda share: f"{100 * share:.1f} %"
    made.filters["figure"] = lambda value: f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    # A number and its unit stay in one line.
    made.filters["whole"] = lambda told: told.replace(" %", "\N{NO-BREAK SPACE}%")
    return made
