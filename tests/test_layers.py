"""Who may know whom: the rooms of the house, held by a look at every import."""

import ast
import re
from pathlib import Path

import pytest

from voiceprep.train.registry import MODELS

PACKAGE = Path(__file__).parent.parent / "voiceprep"
FILES = sorted(PACKAGE.rglob("*.py"))
GROUND = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__", "__main__"} | {"presets"}
BATCH = GROUND | {"batch"}
QUALITY = BATCH | {"quality"}
CRAFTS = {"audio", "text", "report"}
# A dataset joins sounds to texts, and so stands on both crafts.
DATASET = QUALITY | {"audio", "text", "dataset"}
# The registry of models is a table of names, which the command line reads too.
TRAIN = DATASET | CRAFTS | {"train", "registry"}
MAY_KNOW = {
    **dict.fromkeys(GROUND, GROUND),
    "errors": set(),
    "batch": BATCH,
    "quality": QUALITY,
    **{craft: QUALITY | {craft} for craft in CRAFTS},
    "dataset": DATASET,
    "train": TRAIN,
    "commands": TRAIN | {"commands"},
    "cli": GROUND | {"cli", "voiceprep", "registry"},
    "api": TRAIN | {"commands", "cli", "api"},
    "__main__": {"cli"},
}
ONLY_IN = {
    "torch": ("train/",),
    "subprocess": ("tools.py",),
    "sox": ("tools.py",),
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
            if whole[1:] == ("train", "registry"):
                yield "registry"
            else:
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


TRAIN_FILES = [path for path in FILES if path.is_relative_to(PACKAGE / "train")]
MOST_ROOMS, MOST_ARROWS = 12, 50


def train_room(path):
    """The module or folder directly in train/ that a file is or lies in."""
    return path.relative_to(PACKAGE / "train").with_suffix("").parts[0]


def arrows_in_train():
    """The rooms of train/, and the pairs of them of which one imports the other."""
    rooms = {train_room(path) for path in TRAIN_FILES} - {"__init__"}
    arrows = set()
    for path in TRAIN_FILES:
        here = path.relative_to(PACKAGE.parent).with_suffix("").parts
        for module, level, names in imports_of(path):
            base = (*here[: len(here) - level], *filter(None, module.split("."))) if level else ()
            found = {base[2]} if len(base) > 2 else set(names)
            if base[:2] == ("voiceprep", "train"):
                arrows |= {(train_room(path), room) for room in found & rooms}
    return rooms, {arrow for arrow in arrows if arrow[0] != arrow[1]}


def test_train_has_few_rooms_and_few_arrows_between_them():
    rooms, arrows = arrows_in_train()
    assert len(rooms - set(MODELS)) <= MOST_ROOMS
    assert len([arrow for arrow in arrows if not set(arrow) & set(MODELS)]) <= MOST_ARROWS


def test_rooms_of_train_import_each_other_in_one_direction():
    _, arrows = arrows_in_train()
    below = {}
    for room, other in arrows:
        below.setdefault(room, set()).add(other)
    order, left = [], set(below)
    while left:
        free = {room for room in left if not below[room] & left}
        assert free, f"a circle among {sorted(left)}"
        order, left = [*order, *sorted(free)], left - free


def test_a_model_is_imported_by_the_registry_alone():
    _, arrows = arrows_in_train()
    assert not [arrow for arrow in arrows if arrow[1] in MODELS]
    for path in set(FILES) - set(TRAIN_FILES):
        modules = [f"{module}.{name}" for module, _, names in imports_of(path) for name in names]
        assert not [name for name in modules if set(name.split(".")) & set(MODELS)], path


@pytest.mark.parametrize("room", ["commands", "cli"])
def test_no_command_names_a_model(room):
    names = "|".join({*MODELS, *(re.escape(row.title) for row in MODELS.values())})
    pattern = re.compile(names, re.IGNORECASE)
    for path in (PACKAGE / room).rglob("*.py"):
        found = pattern.search(path.read_text(encoding="utf-8"))
        assert not found, f"{path}: {found[0]}"


def test_every_public_class_has_a_name_of_its_own():
    places = {}
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places.setdefault(node.name, []).append(path.relative_to(PACKAGE).as_posix())
    assert {name: found for name, found in places.items() if len(found) > 1} == {}
