"""A message's wording is asserted only in the test that mirrors the module that makes it.

Any other test asserts facts: the type of an error and its attributes, the status of an outcome, a
record, a file. An asserted string repeats a message where it shares WORDS words in a row with a
string of the source, docstrings apart.
"""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PACKAGE = TESTS.parent / "voiceprep"
FILES = {path.relative_to(TESTS).as_posix(): path for path in sorted(TESTS.rglob("test_*.py"))}
WORDS = 3
TAG, ESCAPE, WORD = r"</?[a-z][^<>]*>?", r"\\([a-zA-Z])", r"[^\W\d_][\w./-]*"


def sequences(text):
    """All WORDS words in a row, without HTML tags and the escapes of regular expressions.

    A file name or a key, whose parts a dot, slash, dash or underscore joins, is one word. Letters
    alone, such as the ids of clips, make no sequence.
    """
    plain = re.sub(f"{TAG}|{ESCAPE}", " ", text.lower()).replace("\\", "")
    words = [word.rstrip("./-") for word in re.findall(WORD, plain)]
    found = {tuple(words[at : at + WORDS]) for at in range(len(words) - WORDS + 1)}
    return {row for row in found if any(len(word) > 1 for word in row)}


def strings(tree):
    """Every string in a tree with its line; of an f-string its fixed text."""
    parts = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            fixed = [part for part in node.values if isinstance(part, ast.Constant)]
            parts.update(fixed)
            yield node.lineno, " … ".join(part.value for part in fixed)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in parts:
            yield node.lineno, node.value


def without_docstrings(tree):
    """The tree without strings that stand as statements."""
    for node in ast.walk(tree):
        if isinstance(body := getattr(node, "body", None), list):
            node.body = [
                line
                for line in body
                if not (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant))
            ]
    return tree


@cache
def makers():
    """The modules and templates that make each sequence of words."""
    found = {}
    for path in PACKAGE.rglob("*"):
        if path.suffix == ".py":
            tree = without_docstrings(ast.parse(path.read_text(encoding="utf-8")))
            texts = [text for _, text in strings(tree)]
        elif path.suffix in (".html", ".js"):
            texts = [path.read_text(encoding="utf-8")]
        else:
            continue
        for sequence in set().union(*map(sequences, texts)):
            found.setdefault(sequence, set()).add(path.relative_to(PACKAGE).as_posix())
    return found


def asserted(path):
    """Every string in an assertion or given to `match`, with its line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Assert):
            yield from strings(node.test)
        elif isinstance(node, ast.Call):
            for keyword in node.keywords:
                if keyword.arg == "match":
                    yield from strings(keyword.value)


def mirrors(test, module):
    """Whether a test file is that of a module, or of a package that the module lies in.

    The tests of `report` are those of its templates too, which are shared by its pages.
    """
    place = re.sub(r"(^|/)test_([^/]*)\.py$", r"\1\2", test)
    shared = module.startswith("report/templates/") and test.startswith("report/")
    return module == f"{place}.py" or module.startswith(f"{place}/") or shared


def repeated(test):
    """The asserted strings of a test file whose words another module makes, with both places."""
    for line, text in asserted(FILES[test]):
        modules = set().union(*(makers().get(found, ()) for found in sequences(text)))
        if modules and not any(mirrors(test, module) for module in modules):
            yield line, text, sorted(modules)


def test_messages_are_found_in_code_and_in_pages_and_docstrings_are_none():
    assert "errors.py" in makers()["it", "is", "one"]
    assert makers()["another", "run", "is"] == {"files.py"}
    assert "report/templates/corpus.html" in makers()["worst", "severity", "left"]
    assert ("what", "can", "go") not in makers()


@pytest.mark.parametrize("test", FILES)
def test_a_message_is_asserted_only_where_it_is_made(test):
    found = [
        f"tests/{test}:{line}: {text!r} is made in {', '.join(modules)}"
        for line, text, modules in repeated(test)
    ]
    assert not found, "\n".join(["assert a fact instead, or a word or two:", *found])
