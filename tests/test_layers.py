"""Who may know whom: the rooms of the house, held by a look at every import."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "voiceprep"
FILES = sorted(PACKAGE.rglob("*.py"))
GROUND = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__", "__main__"} | {"presets"}
CRAFTS = {"audio", "text", "report"}
MAY_KNOW = {
    **dict.fromkeys(GROUND, GROUND),
    **{craft: GROUND | {craft} for craft in CRAFTS},
    "errors": set(),
    "train": GROUND | CRAFTS | {"train"},
    "commands": GROUND | CRAFTS | {"train", "commands"},
    "cli": GROUND | {"cli", "voiceprep"},
    "__main__": {"cli"},
}
ONLY_IN = {
    "torch": ("train/",),
    "subprocess": ("audio/tools.py",),
    "sox": ("audio/tools.py",),
    "pydub": ("audio/tools.py",),
    "click": ("cli/",),
    "tqdm": ("cli/",),
}


def room_of(path):
    parts = path.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else path.stem


def imports_of(path):
    """Every import in a file as (dotted name, level, names)."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, 0, []) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "", node.level, [alias.name for alias in node.names]


def rooms_known(path):
    """The rooms of the package that a file imports from."""
    here = path.relative_to(PACKAGE.parent).with_suffix("").parts
    for module, level, names in imports_of(path):
        base = (*here[: len(here) - level], *filter(None, module.split("."))) if level else ()
        whole = base or tuple(module.split("."))
        if whole[0] == "voiceprep":
            yield from [whole[1]] if len(whole) > 1 else names


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_knows_only_the_rooms_below_it(path):
    if path.name == "__init__.py" and path.parent == PACKAGE:
        return
    known = set(rooms_known(path)) - {"__version__"}
    assert known <= MAY_KNOW[room_of(path)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_outside_libraries_stay_behind_their_door(path):
    place = path.relative_to(PACKAGE).as_posix()
    for module, level, names in imports_of(path):
        doors = ONLY_IN.get(module.split(".")[0]) if not level else None
        assert doors is None or place.startswith(doors)
        assert "*" not in names


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_the_command_line_prints(path):
    calls = [
        node.func.id
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]
    assert "print" not in calls or room_of(path) == "cli"


def test_no_module_imports_itself_in_a_circle():
    graph = {}
    names = {
        ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts): path for path in FILES
    }
    for name, path in names.items():
        here = name.split(".")
        edges = set()
        for module, level, imported in imports_of(path):
            base = ".".join(here[: len(here) - level] + ([module] if module else []))
            for entry in [base, *(f"{base}.{piece}" for piece in imported)] if level else []:
                edges.add(entry)
        graph[name] = edges & set(names)
    done, path = set(), []

    def visit(name):
        assert name not in path, " → ".join([*path, name])
        if name not in done:
            path.append(name)
            for entry in graph[name]:
                visit(entry)
            path.pop()
            done.add(name)

    for name in graph:
        visit(name)
