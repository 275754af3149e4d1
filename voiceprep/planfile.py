"""A plan as a file that a person reads, changes and has carried out: `plan.toml`."""

import tomllib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import tomli_w

from .config import setting
from .disk import replacing, set_aside
from .errors import TableError, nearest
from .mending import MENDS, Plan, Row
from .summary import clip_count, duration, on_one_line

SHOWN = 10
_HEAD = """\
# What to do about a dataset's faults. Nothing is done until `voiceprep prepare RECORDINGS --plan
# THIS_FILE` is called, and nothing is ever deleted.
#
# [[mend]]    the step that is taken for this clip alone; "text" asks you to look at its text
# [[reject]]  a clip that is left out, and what that costs
# [[listen]]  a clip to decide on: make [[reject]] of [[listen]] to leave it out
#
# Delete a row, or write `undone = true` into it, and call prepare again: the clip is as before.
"""
_TABLES = {"mend": "mends", "reject": "rejects", "listen": "listens"}
_WANTED = {str: "a text", float: "a number", bool: "true or false"}


@dataclass(frozen=True)
class PlanConfig:
    """Which plan a command carries out."""

    plan: str = setting(
        "", "a plan to carry out: the steps that single clips take, and what is left out", "--plan"
    )


def write_plan(path: Path, plan: Plan) -> Path | None:
    """Write a plan, atomically; what is empty in a row is left out, and the curve is a comment.

    A file with anything else in it, as a person may have changed it, is set aside: the path that
    it has now.
    """
    rows = {name: [_plain(row) for row in getattr(plan, own)] for name, own in _TABLES.items()}
    tables = tomli_w.dumps({name: own for name, own in rows.items() if own})
    head = "\n".join([_HEAD.rstrip(), *_curve_lines(plan)])
    data = f"{head}\n\n{tables}".encode("utf-8", "surrogateescape")
    aside = set_aside(path) if path.is_file() and path.read_bytes() != data else None
    with replacing(path) as temporary:
        temporary.write_bytes(data)
    return aside


def read_plan(path: Path) -> Plan:
    """The plan of a file, without its curve; raises TableError naming the row that is wrong."""
    try:
        text = path.read_bytes().decode("utf-8-sig", "surrogateescape")
        tables = tomllib.loads(text.replace("\r\n", "\n"))
    except OSError as error:
        raise TableError(path, 0, f"cannot be read: {error.strerror.lower()}") from None
    except tomllib.TOMLDecodeError as error:
        raise TableError(path, 0, f"not TOML: {error}") from None
    for name, rows in tables.items():
        if name not in _TABLES:
            hint = nearest(name, list(_TABLES))
            raise TableError(path, 0, f"there is no table {name!r} in a plan: {hint}")
        if not (isinstance(rows, list) and all(isinstance(row, dict) for row in rows)):
            raise TableError(path, 0, f"{name} is no list of rows: [[{name}]] begins each")
    return Plan(
        **{
            own: tuple(
                _row(path, name, number, row)
                for number, row in enumerate(tables.get(name, ()), start=1)
            )
            for name, own in _TABLES.items()
        }
    )


def _plain(row: Row) -> dict[str, Any]:
    return {key: value for key, value in asdict(row).items() if value not in ("", False)}


def _curve_lines(plan: Plan) -> Iterator[str]:
    """The curve as comments: what is kept, and the worst that is left."""
    if len(plan.curve) < 2:
        return
    yield "#"
    yield f"# Kept, and the worst left that no step mends, of {clip_count(len(plan.curve) - 1)}:"
    for number, point in enumerate(plan.curve[: SHOWN + 1]):
        without = f"  without {on_one_line(point.id)}" if point.id else ""
        budget = "" if number <= len(plan.rejects) else ", beyond the budget"
        yield f"#   {duration(point.seconds):>12}  {point.worst:5.2f}{without}{budget}"
    if len(plan.curve) > SHOWN + 1:
        yield f"#   … and {len(plan.curve) - SHOWN - 1} more"


def _row(path: Path, table: str, number: int, row: dict[str, Any]) -> Row:
    named = f" ({row['id']})" if isinstance(row.get("id"), str) else ""
    where = f"row {number} of [[{table}]]{on_one_line(named)}"
    kinds = {entry.name: entry.type for entry in fields(Row)}
    told = {}
    for key, value in row.items():
        if key not in kinds:
            hint = nearest(key, list(kinds))
            raise TableError(path, 0, f"{where}: there is no key {key!r}: {hint}")
        kind = kinds[key]
        whole = kind is float and type(value) is int
        if type(value) is not kind and not whole:
            raise TableError(path, 0, f"{where}: {key} = {value!r}: {_WANTED[kind]} is wanted")
        told[key] = kind(value)
    if not told.get("content"):
        raise TableError(path, 0, f"{where}: no content: a row names the hash of its recording")
    step = told.get("step", "")
    if table == "mend" and step not in MENDS:
        raise TableError(path, 0, f"{where}: step = {step!r}: {nearest(step, list(MENDS))}")
    if table != "mend" and step:
        raise TableError(path, 0, f"{where}: a step belongs to [[mend]]: delete it")
    return Row(**{"id": "", **told})
