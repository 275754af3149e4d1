import time
from pathlib import Path

import pytest

from voiceprep.batch.measure import measure_all, trouble_lines
from voiceprep.batch.run import JobsConfig, no_progress
from voiceprep.errors import Unreadable, Unusable
from voiceprep.records import Outcome

PATHS = {name: Path(f"{name}.wav") for name in ("c", "a", "d", "b")}


def measured(measure, jobs=2):
    return measure_all(PATHS, measure, JobsConfig(jobs=jobs), no_progress)


@pytest.mark.parametrize("jobs", [1, 4])
def test_results_are_in_the_order_of_ids_whichever_comes_first(jobs):
    def slow_at_first(path):
        time.sleep(0.02 if path.stem == "a" else 0)
        return path.name

    result = measured(slow_at_first, jobs)
    assert list(result.values.items()) == [(name, f"{name}.wav") for name in "abcd"]
    assert (result.troubles, result.exit_code) == ((), 0)


def test_what_cannot_be_measured_is_told_and_stops_no_other():
    def measure(path):
        if path.stem == "a":
            raise Unusable("silent", 1.5)
        if path.stem == "b":
            raise Unreadable("no wav at all")
        if path.stem == "c":
            raise PermissionError(13, "Permission denied")
        return path.stem

    result = measured(measure)
    assert result.values == {"d": "d"}
    assert [(row.id, row.status, row.why) for row in result.troubles] == [
        ("a", "quarantined", "silent"),
        ("b", "failed", "no wav at all"),
        ("c", "failed", "permission denied"),
    ]
    assert result.troubles[0].facts == {"seconds": 1.5}
    assert result.exit_code == 3
    assert list(trouble_lines(result.troubles)) == [
        *("", "quarantined", "  a  silent"),
        *("", "failed", "  b  no wav at all", "  c  permission denied"),
    ]
    assert list(trouble_lines(())) == []


def test_a_long_list_of_troubles_ends_with_where_all_of_them_are():
    many = tuple(Outcome(f"clip{number}", "failed", f"reason {number}") for number in range(30))
    *_, last = trouble_lines(many)
    assert last == "  … and 20 more, each with its reason in the output of --json"


def test_a_mistake_of_ours_is_one_line_and_no_crash():
    result = measured(lambda path: {}[path.stem])
    assert {row.status for row in result.troubles} == {"failed"}
    assert all("a bug in voiceprep" in row.why for row in result.troubles)


def test_progress_counts_every_file():
    counts = []

    def progress(futures, total):
        for number, future in enumerate(futures, start=1):
            counts.append((number, total))
            yield future

    measure_all(PATHS, lambda path: path.stem, JobsConfig(), progress)
    assert counts == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_interrupted_while_files_are_queued_it_measures_no_more():
    class Interrupted(dict):
        def items(self):
            yield from super().items()
            raise KeyboardInterrupt

    begun = []

    def measure(path):
        begun.append(path)
        time.sleep(0.01)

    paths = Interrupted({str(number): Path(str(number)) for number in range(100)})
    with pytest.raises(KeyboardInterrupt):
        measure_all(paths, measure, JobsConfig(jobs=1), no_progress)
    assert len(begun) < 100
