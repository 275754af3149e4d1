"""A plan as an editable file: `plan.toml`."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, get_type_hints

import tomli_w

from ..batch.summary import clip_count, duration, on_one_line
from ..config import parse_toml, setting
from ..errors import TableError, nearest, os_reason
from ..files import replacing, set_aside
from .fix_plan import FIXES, FixPlan, PlanRow

SHOWN = 10
_HEAD = """\
# What to do about a dataset's faults. Nothing is done until `voiceprep prepare RECORDINGS --plan
# THIS_FILE` is called, and nothing is ever deleted.
#
# [[mend]]    a step for this clip alone; "text" asks you to look at its text
# [[reject]]  a clip that is left out, and what that costs
# [[listen]]  a clip to decide on: change [[listen]] to [[reject]] to leave it out
#
# Delete a row, or write `undone = true` into it, and call prepare again to restore the clip.
"""
_TABLES = {"mend": "mends", "reject": "rejects", "listen": "listens"}
_KIND_NAMES = {str: "a text", float: "a number", bool: "true or false"}


@dataclass(frozen=True)
class PlanConfig:
    """Which plan a command applies."""

    plan: str = setting(
        "", "fix plan to apply: steps for single clips, and clips to leave out", "--plan"
    )


def write_plan(path: Path, plan: FixPlan) -> Path | None:
    """Write a plan, atomically, without empty values; the curve is a comment.

    Seconds have three decimals. An existing file with other content may have been edited: it is
    set aside, and its new path is returned.
    """
    rows = {name: [_plain(row) for row in getattr(plan, own)] for name, own in _TABLES.items()}
    tables = tomli_w.dumps({name: own for name, own in rows.items() if own})
    head = "\n".join([_HEAD.rstrip(), *_curve_lines(plan)])
    data = f"{head}\n\n{tables}".encode("utf-8", "surrogateescape")
    aside = set_aside(path) if path.is_file() and path.read_bytes() != data else None
    with replacing(path) as temporary:
        temporary.write_bytes(data)
    return aside


def read_plan(path: Path) -> FixPlan:
    """The plan of a file, without its curve; raises TableError naming a wrong row."""
    try:
        text = path.read_bytes().decode("utf-8-sig", "surrogateescape")
        tables = parse_toml(text.replace("\r\n", "\n"))
    except OSError as error:
        raise TableError(path, 0, f"cannot be read: {os_reason(error)}") from None
    except ValueError as error:
        raise TableError(path, 0, f"not TOML: {error}") from None
    for name, rows in tables.items():
        if name not in _TABLES:
            hint = nearest(name, list(_TABLES))
            raise TableError(path, 0, f"there is no table {name!r} in a plan: {hint}")
        if not (isinstance(rows, list) and all(isinstance(row, dict) for row in rows)):
            raise TableError(path, 0, f"{name} must be a list of rows, each under [[{name}]]")
    plan = {
        own: tuple(
            _row(path, name, number, row)
            for number, row in enumerate(tables.get(name, ()), start=1)
        )
        for name, own in _TABLES.items()
    }
    return FixPlan(plan["mends"], plan["rejects"], plan["listens"])


def _plain(row: PlanRow) -> dict[str, Any]:
    values = asdict(row) | {"seconds": round(row.seconds, 3)}
    return {key: value for key, value in values.items() if value not in ("", False)}


def _curve_lines(plan: FixPlan) -> Iterator[str]:
    """The curve as comments: the seconds kept, and the worst remaining severity."""
    if len(plan.curve) < 2:
        return
    yield "#"
    clips = clip_count(len(plan.curve) - 1)
    yield f"# Speech kept, and the worst severity left that no step fixes, of {clips}:"
    for number, point in enumerate(plan.curve[: SHOWN + 1]):
        without = f"  without {on_one_line(point.id)}" if point.id else ""
        budget = "" if number <= len(plan.rejects) else ", beyond the budget"
        yield f"#   {duration(point.seconds):>12}  {point.worst:5.2f}{without}{budget}"
    if len(plan.curve) > SHOWN + 1:
        yield f"#   … and {len(plan.curve) - SHOWN - 1} more"


def _row(path: Path, table: str, number: int, row: dict[str, Any]) -> PlanRow:
    named = f" ({row['id']})" if isinstance(row.get("id"), str) else ""
    where = f"row {number} of [[{table}]]{on_one_line(named)}"
    kinds = get_type_hints(PlanRow)
    values = {}
    for key, value in row.items():
        if key not in kinds:
            hint = nearest(key, list(kinds))
            raise TableError(path, 0, f"{where}: there is no key {key!r}: {hint}")
        kind = kinds[key]
        whole = kind is float and type(value) is int
        if type(value) is not kind and not whole:
            raise TableError(path, 0, f"{where}: {key} = {value!r}: must be {_KIND_NAMES[kind]}")
        values[key] = kind(value)
    if not values.get("content"):
        raise TableError(path, 0, f"{where}: no content: a row names the hash of its recording")
    step = values.get("step", "")
    if table == "mend" and step not in FIXES:
        raise TableError(path, 0, f"{where}: step = {step!r}: {nearest(step, list(FIXES))}")
    if table != "mend" and step:
        raise TableError(path, 0, f"{where}: a step belongs to [[mend]]: delete it")
    return PlanRow(**{"id": "", **values})
