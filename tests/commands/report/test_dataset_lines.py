from tests.commands.report.made import TEXTS, judged, summary
from voiceprep.commands.report.dataset_lines import dataset_lines

QUIET = (0.1, 0.2, 0.3)


def test_leaks_between_splits_are_named():
    rows = judged(QUIET, TEXTS | {"c": TEXTS["a"]})
    lines = dataset_lines(summary(rows, {"a": "train", "b": "train", "c": "val"}))
    assert any(line.startswith("splits: ") and line.count("2 (4.0 s)") == 1 for line in lines)
    assert "  leak: c (held out) has the text of a (train)" in lines


def test_a_measure_has_its_least_median_and_largest_value():
    lines = dataset_lines(summary(judged(QUIET)))
    row = next(line.split() for line in lines if "tail_seconds" in line)
    assert [row[1], row[3], row[5]] == ["0.10", "0.20", "0.30"]
