"""HTML pages from templates: they load nothing from a network."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ..files import replacing
from .drawing import Plane, picture, ticks

TEMPLATES = Path(__file__).parent / "templates"


def write_page(target: Path, template: str, **parts: Any) -> None:
    """Render a template with `parts` into a file; all text is escaped."""
    html = _environment().get_template(template).render(**parts)
    with replacing(target) as temporary:
        # A file name may hold bytes that are not valid UTF-8.
        temporary.write_text(html, encoding="utf-8", errors="replace")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"Plane": Plane, "ticks": ticks, "picture": picture}
    environment.filters["percent"] = lambda share: f"{100 * share:.1f} %"
    environment.filters["figure"] = _figure
    # A number and its percent sign stay on one line.
    environment.filters["nobreak"] = lambda text: text.replace(" %", "\N{NO-BREAK SPACE}%")
    return environment


def _figure(value: float) -> str:
    if 0 < abs(value) < 1e-4:
        return "≈ 0"
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"
