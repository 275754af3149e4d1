import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voiceprep.errors import TableError
from voiceprep.quality.fix_plan import FIXES, FixPlan, PlanRow, Point
from voiceprep.quality.fix_plan_file import read_plan, write_plan

MEND = PlanRow("1f", "größe/ß 'x'", "trim", 'tail "1.2" s', 3.5, 2.25)
OUT = PlanRow("2e", "b", "", "cut", 2.0, 1.0, "the only clip with ZH")
LISTEN = PlanRow("3d", "c", "", "reverb", 2.0, 0.5, undone=True)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "plan.toml"


def test_a_plan_comes_back_as_it_was_written(path):
    write_plan(path, FixPlan((MEND,), (OUT,), (LISTEN,)))
    assert read_plan(path) == FixPlan((MEND,), (OUT,), (LISTEN,))


def test_the_file_explains_itself_and_shows_the_curve(path):
    curve = (Point(65.0, 9.0), Point(63.0, 1.5, "b"), Point(61.0, 0.0, "c\n"))
    write_plan(path, FixPlan((MEND,), (OUT,), (), curve))
    text = path.read_text(encoding="utf-8")
    assert "undone = true" in text
    assert "#     1 min 05 s   9.00\n" in text
    assert "#     1 min 03 s   1.50  without b\n" in text
    assert "#     1 min 01 s   0.00  without c\\n, beyond the budget\n" in text
    assert "cost" not in text.split("[[mend]]")[2].split("[[reject]]")[0]


def test_seconds_have_three_decimals(path):
    write_plan(path, FixPlan((replace(MEND, seconds=5.676281179138322),)))
    assert "seconds = 5.676\n" in path.read_text(encoding="utf-8")


def test_an_empty_plan_is_one(path):
    write_plan(path, FixPlan())
    assert read_plan(path) == FixPlan()


def test_what_a_person_types_is_understood(path):
    lines = ["[[mend]]", 'content = "1f"', 'step = "level"', "seconds = 3", "undone = true"]
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode())
    assert read_plan(path).mends == (PlanRow("1f", "", "level", seconds=3.0, undone=True),)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('[[mend]]\ncontent = "1f"\nstep = "trin"', "row 1 of [[mend]]: step = 'trin': did you"),
        ('[[mend]]\ncontent = "1f"\nid = "a b"', "row 1 of [[mend]] (a b): step = ''"),
        ('[[reject]]\nid = "a"', "row 1 of [[reject]] (a): no content"),
        ('[[reject]]\ncontent = "1f"\nstep = "trim"', "a step belongs to [[mend]]"),
        ('[[reject]]\ncontent = "1f"\n[[reject]]\nundone = 1', "row 2 of [[reject]]: undone = 1"),
        ('[[reject]]\ncontent = "1f"\nbecause = "x"', "there is no key 'because'"),
        ('[[rejects]]\ncontent = "1f"', "no table 'rejects' in a plan: did you mean 'reject'?"),
        ('[reject]\ncontent = "1f"', "each under [[reject]]"),
        ("[[mend]\n", "not TOML"),
        ("a = " + "[" * 100_000, "not TOML"),
        ("a = " + "9" * 5000, "not TOML"),
        ("mend = 3", "each under [[mend]]"),
    ],
)
def test_a_bad_row_is_named(path, text, why):
    path.write_text(text)
    with pytest.raises(TableError, match=re.escape(str(path))) as raised:
        read_plan(path)
    assert why in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_plan_that_is_not_there_is_told(path):
    with pytest.raises(TableError, match="cannot be read: no such file"):
        read_plan(path)


NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=9)
ROWS = st.builds(
    PlanRow, st.text("abc", min_size=1), NAMES, st.sampled_from(FIXES), NAMES,
    st.integers(0, 99_999).map(lambda number: number / 1000), st.floats(0, 10), NAMES,
    st.booleans(),
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(ROWS, max_size=4))
def test_whatever_is_written_is_read(path, rows):
    write_plan(path, FixPlan(tuple(rows)))
    assert read_plan(path).mends == tuple(rows)


def test_a_name_that_is_no_utf8_keeps_its_bytes(path):
    row = PlanRow("1f", b"caf\xe9".decode("utf-8", "surrogateescape"), "trim")
    write_plan(path, FixPlan((row,)))
    assert read_plan(path).mends == (row,)
