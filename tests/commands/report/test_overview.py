from dataclasses import replace

import numpy as np
import pytest

from tests.commands.report.made import CHECKS, TEXTS, judged, summary
from voiceprep.audio.mel import MelConfig
from voiceprep.commands.report.overview import EPOCHS, measurements_table, read_split_lists
from voiceprep.errors import TableError
from voiceprep.train.registry import MODELS


def test_the_table_has_a_row_for_each_clip_and_a_column_for_each_check():
    table = measurements_table(judged(), CHECKS)
    assert list(table["id"]) == ["a", "b", "c"]
    assert list(table["tail_seconds"]) == [0.1, 0.2, 0.9]
    assert {check.name for check in CHECKS} <= set(table.columns)
    assert np.isnan(table["snr_db"].astype(float)).all()
    assert list(table["faults"]) == ["", "", "tail_seconds"]


def test_the_table_says_of_which_checks_a_clip_shares_the_finding_or_stays_undecided():
    first, second, third = [replace(row, undecided={}) for row in judged()]
    rows = [
        replace(first, undecided={"snr_db": "no pause", "hum_db": "too short"}),
        second,
        replace(third, shared=frozenset(["tail_seconds"])),
    ]
    table = measurements_table(rows, CHECKS)
    assert list(table["undecided"]) == ["snr_db hum_db", "", ""]
    assert list(table["shared"]) == ["", "", "tail_seconds"]
    assert not any(table["faults"])


def test_the_size_the_rates_and_the_quantiles_are_those_of_the_clips():
    found = summary(judged())
    assert (found.clips, found.seconds, found.rates) == (3, 6.0, {22050: 3})
    tail = next(row for row in found.spreads if row.name == "tail_seconds")
    assert (tail.unit, tail.clips, tail.faults) == ("s", 3, 1)
    assert (tail.least, tail.median, tail.most) == (0.1, 0.2, 0.9)
    assert tail.p95 == pytest.approx(0.2 + 0.9 * 0.7)
    assert "snr_db" not in [row.name for row in found.spreads]


def test_frames_and_hours_of_training_follow_from_the_seconds():
    found = summary(judged())
    mel = MelConfig()
    assert found.frames.frames == 3 * (1 + int(2.0 * mel.rate) // mel.hop_length)
    assert found.frames.stop_share == pytest.approx(3 / found.frames.frames)
    assert found.frames.tail_share == pytest.approx(1.2 / 6.0)
    for spec in MODELS.values():
        work = 6.0 * mel.rate / (1 if spec.reads == "sounds" else mel.hop_length)
        for gpu, speed in spec.published_speeds.items():
            hours = EPOCHS * work / speed / 3600
            assert found.hours[f"{spec.name}, {gpu}"] == pytest.approx(hours, abs=5e-4)


def test_clips_without_texts_have_no_statistics_of_texts():
    found = summary(judged(texts=dict.fromkeys("abc")))
    assert (found.texts, found.cover, found.only, found.additions) == (None, {}, {}, ())


def test_texts_are_counted_and_compared_with_the_language():
    found = summary(judged())
    assert (found.texts.clips, found.texts.questions) == (3, 1)
    cover = found.cover["letter_pairs"]
    assert 0 < cover.covered < 1 and cover.missing
    assert "th" in cover.counts
    assert found.additions[0].new
    assert "phonemes" not in found.cover


def test_splits_have_their_shares_and_their_leaks():
    assert summary(judged()).sides is None
    rows = judged(texts=TEXTS | {"c": TEXTS["a"]})
    sides = summary(rows, {"a": "train", "b": "train", "c": "val"}).sides
    assert sides.shares == {"train": (2, 4.0), "val": (1, 2.0), "test": (0, 0.0)}
    (leak,) = sides.leaks
    assert (leak.held, leak.train, leak.same) == ("c", "a", True)


def test_splits_are_read_from_the_filelists_of_the_dataset(tmp_path):
    rows = judged()
    assert read_split_lists(tmp_path, rows) == {}
    lists = tmp_path / "filelists"
    lists.mkdir()
    (lists / "train.txt").write_text("wavs/a.wav|One.\nwavs/gone.wav|Gone.\n\n")
    (lists / "val.txt").write_text("wavs/c.wav|Three.")
    assert read_split_lists(tmp_path, rows) == {"a": "train", "c": "val"}
    (lists / "test.txt").write_bytes(b"wavs/b.wav|\x81\x00\n")
    with pytest.raises(TableError) as caught:
        read_split_lists(tmp_path, rows)
    assert caught.value.path == lists / "test.txt"
