"""Training logs of every version, complete and damaged."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceprep.report.logs import Line, curve, epochs, read_log, summary

# As DeepLearningExamples printed them in 2020, at the end of a fine-tuning on two GPUs.
PRINTED = """
DLL 2020-05-28 03:32:53.154306 - (6001, 129) glob_iter/iters_per_epoch : 129/130
DLL 2020-05-28 03:32:54.425004 - (6001, 129) train_loss : 0.2885781526565552
DLL 2020-05-28 03:32:56.502714 - (6001, 129) train_items_per_sec : 17340.741383876426
DLL 2020-05-28 03:32:56.505289 - (6001, 129) train_iter_time : 3.348415082989959
DLL 2020-05-28 03:32:56.700207 - (6001,) train_items_per_sec : 16315.76090306534
DLL 2020-05-28 03:32:56.700312 - (6001,) train_loss : 0.2735373829419796
DLL 2020-05-28 03:32:56.700340 - (6001,) train_epoch_time : 436.61357499999576
DLL 2020-05-28 03:32:58.816403 - (6001, 130, 0) val_items_per_sec : 49397.70600746779
DLL 2020-05-28 03:32:59.655112 - (6001, 130, 1) val_items_per_sec : 2544.08902081116
DLL 2020-05-28 03:32:59.713274 - (6001,) val_loss : 0.4856715649366379
DLL 2020-05-28 03:32:59.713385 - (6001,) val_items_per_sec : 25970.897514139473
DLL 2020-05-28 03:32:59.714030 - () run_time : 442.85153458299465
DLL 2020-05-28 03:32:59.714071 - () val_loss : 0.4856715649366379
DLL 2020-05-28 03:32:59.714100 - () train_items_per_sec : 16315.76090306534
"""
# As they were printed in 2019.
OLDEST = """
Batch: 7/260 epoch 0
:::NVLOGv0.2.2 Tacotron2_PyT 1560936205.667271376 (/w/logger.py:251) train_iter_start: 7
:::NVLOGv0.2.2 Tacotron2_PyT 1560936207.209611416 (/w/logger.py:251) train_iteration_loss: 5.4154
:::NVLOGv0.2.2 Tacotron2_PyT 1560936208.705905914 (/w/logger.py:251) train_iter_stop: 7
:::NVLOGv0.2.2 Tacotron2_PyT 1560936208.706479311 (/w/logger.py:251) train_iter_items/sec: 8924.0
:::NVLOGv0.2.2 Tacotron2_PyT 1560936208.706998110 (/w/logger.py:251) iter_time: 3.03
Batch: 8/260 epoch 0
:::NVLOGv0.2.2 Tacotron2_PyT 1560936208.711485624 (/w/logger.py:251) train_iter_start: 8
:::NVLOGv0.2.2 Tacotron2_PyT 1560936210.236668825 (/w/logger.py:251) train_iteration_loss: 5.5163
"""


def dlll(step, **data):
    times = {"timestamp": "1590636773.1", "datetime": "2020-05-28 03:32:53.1", "elapsedtime": "1"}
    return "DLLL " + json.dumps(times | {"type": "LOG", "step": step, "data": data})


def rows_of(text):
    return {number: epoch.row() for number, epoch in epochs(read_log(text.splitlines())).items()}


def test_terminal_lines_of_2020():
    log = read_log(PRINTED.splitlines())
    assert (len(log.lines), log.broken, log.others) == (14, (), 0)
    assert rows_of(PRINTED) == {
        6001: {
            "iterations": 1,
            "last_loss": 0.2885781526565552,
            "train_items_per_sec": 16315.76090306534,
            "train_loss": 0.2735373829419796,
            "train_epoch_time": 436.61357499999576,
            "val_loss": 0.4856715649366379,
            "val_items_per_sec": 25970.897514139473,
        }
    }
    assert summary(log)["run_time"] == 442.85153458299465


def test_terminal_lines_of_2019():
    found = epochs(read_log(OLDEST.splitlines()))
    assert found[0].length == 260
    assert found[0].steps[7]["train_loss"] == 5.4154
    assert found[0].row() == {
        "iterations": 2,
        "last_loss": 5.5163,
        "train_items_per_sec": pytest.approx(8924.0),
    }


def test_the_epochs_of_2019_have_their_values():
    text = OLDEST
    for line in (
        "train_epoch_stop: 0",
        "train_epoch_avg_loss: 5.1",
        "train_epoch_items/sec: 9000",
        "epoch_time: 800.5",
        "train_epoch_start: 1",
        "train_iter_start: 0",
        "train_iteration_loss: 4.9",
        "val_iter_loss: 5.0",
        "run_time: 99.0",
    ):
        text += f"\n:::NVLOGv0.2.2 Tacotron2_PyT 1560936208.7 (/w/logger.py:251) {line}"
    first, second = rows_of(text).values()
    assert (first["train_loss"], first["train_items_per_sec"]) == (5.1, 9000)
    assert first["train_epoch_time"] == 800.5
    assert second == {"iterations": 1, "mean_loss": 4.9, "last_loss": 4.9, "val_loss": 5.0}
    assert summary(read_log(text.splitlines())) == {"run_time": 99.0}


def test_the_lines_of_the_file():
    text = "\n".join(
        [
            dlll("PARAMETER", batch_size=48, output="./output/"),
            'DLLL {"type": "METADATA", "metric": "val_loss", "metadata": {"unit": null}}',
            dlll([], run_start=1.0),
            *(dlll([0, i], **{"glob_iter/iters_per_epoch": f"{i}/2"}) for i in range(2)),
            dlll([0, 0], train_loss=4.0, train_items_per_sec=100.0, train_iter_time=1.0),
            dlll([0, 1], train_loss=2.0, train_items_per_sec=400.0, train_iter_time=2.0),
            dlll([0], val_loss=3.5, val_focus=0.4),
        ]
    )
    log = read_log(text.splitlines())
    assert log.lines[0] == Line("PARAMETER", {"batch_size": 48.0, "output": "./output/"})
    assert (log.broken, log.others) == ((), 0)
    assert rows_of(text)[0] == {
        "iterations": 2,
        "mean_loss": 3.0,
        "last_loss": 2.0,
        # 900 items in three seconds.
        "train_items_per_sec": 300.0,
        "val_loss": 3.5,
        "val_focus": 0.4,
    }


def test_names_of_the_version_between():
    text = "\n".join(
        [
            dlll([3, 0], train_iter_loss=2.0),
            dlll([3], train_epoch_avg_loss=2.5, **{"train_epoch_items/sec": 50.0}),
            dlll([3], epoch_time=7.0),
            dlll([3, 9, 3], val_iter_loss=2.75),
        ]
    )
    row = rows_of(text)[3]
    assert (row["last_loss"], row["train_loss"], row["val_loss"]) == (2.0, 2.5, 2.75)
    assert (row["train_items_per_sec"], row["train_epoch_time"]) == (50.0, 7.0)


def test_a_learning_rate_change_is_parsed():
    line = "DLL 2020-05-28 03:32:53.15 - (500, 3) learning_rate changed : 0.001 -> 0.0003 "
    log = read_log([line])
    assert log.lines == (Line((500, 3), {"learning_rate changed": "0.001 -> 0.0003"}),)


def test_units_behind_values_are_passed_over():
    line = "DLL 2021-01-01 00:00:00 - (1,) train_loss : 0.5  val_items_per_sec : 12.5 items/s"
    assert read_log([line]).lines[0].values == {"train_loss": 0.5, "val_items_per_sec": 12.5}


def test_a_line_behind_something_else_is_found():
    bar = "\r  3%|▎ | 3/100\r" + dlll([0, 3], train_loss=1.0)
    log = read_log([f"0: {PRINTED.splitlines()[2]}", bar])
    assert [line.step for line in log.lines] == [(6001, 129), (0, 3)]
    assert log.others == 1


@pytest.mark.parametrize(
    "line",
    [
        'DLLL {"type": "LOG", "step": [1, 2], "data": {"train_lo',
        "DLLL ",
        "DLLL {}",
        "DLLL {]",
        'DLLL {"type": "LOG", "step": [1, "x"], "data": {}}',
        'DLLL {"type": "LOG", "step": [1], "data": 3}',
        'DLLL {"type": "LOG", "step": [1], "data": {"train_loss": "much"}}',
        'DLLL {"type": "LOG", "step": [1], "data": {"train_loss": null}}',
        "DLLL " + "[" * 100_000,
        'DLLL {"step": ' + "[" * 100_000,
        "DLL 2020-05-28 03:32:54.42",
        "DLL 2020-05-28 03:32:54.425004 - (6001, 129) train_loss : ",
        "DLL 2020-05-28 03:32:54.425004 - (6001, 129) train_loss : 0.28.1",
        "DLL 2020-05-28 03:32:54.425004 - (" + "9" * 5000 + ",) train_loss : 1",
        ":::NVLOGv0.2.2 Tacotron2_PyT 1560936207.2",
    ],
)
def test_a_damaged_line_is_reported_by_its_number(line):
    log = read_log(["something", line, PRINTED.splitlines()[2]])
    ((number, why),) = log.broken
    assert number == 2
    assert why
    assert len(log.lines) == 1
    assert log.others == 1


@given(st.data())
def test_no_cut_in_a_log_raises(data):
    text = PRINTED + OLDEST + dlll([1, 2], train_loss=1.5)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    put = data.draw(st.text(max_size=20))
    log = read_log((text[:start] + put + text[end:]).split("\n"))
    for epoch in epochs(log).values():
        assert all(isinstance(value, int | float) for value in epoch.row().values())


@given(st.lists(st.text()))
def test_any_text_can_be_read(lines):
    assert all(isinstance(value, float) for value in summary(read_log(lines)).values())


def test_a_resumed_run_overwrites_later_lines():
    first = [dlll([], run_start=1.0)]
    first += [dlll([e, i], train_loss=float(e)) for e in range(4) for i in range(2)]
    first += [dlll([e], val_loss=float(e)) for e in range(4)]
    again = [dlll([], run_start=2.0), dlll([2, 1], train_loss=9.0)]
    found = epochs(read_log(first + again))
    assert list(found) == [0, 1, 2]
    assert found[2].steps == {0: {"train_loss": 2.0}, 1: {"train_loss": 9.0}}
    assert found[2].values == {}
    assert found[1].values == {"val_loss": 1.0}
    anew = [dlll([], run_start=3.0), dlll([0, 0], train_loss=5.0)]
    assert list(epochs(read_log(first + anew))) == [0]


def test_an_evaluation_that_was_due_belongs_to_its_epoch_though_a_step_of_it_follows():
    lines = [dlll([], run_start=1.0), dlll([3, 0], train_loss=1.0), dlll([3, 1], train_loss=2.0)]
    lines += [dlll([], run_start=2.0), dlll([3], val_loss=7.0)]
    for more in ([], [dlll([3, 1], train_loss=9.0)], [dlll([4, 0], train_loss=9.0)]):
        found = epochs(read_log(lines + more))
        assert found[3].values == {"val_loss": 7.0}
        assert len(found[3].steps) == 2


def test_losses_that_are_not_finite_are_kept():
    row = rows_of("DLL 2020-05-28 03:32:54.42 - (1,) train_loss : nan")[1]
    assert math.isnan(row["train_loss"])
    row = rows_of('DLLL {"type": "LOG", "step": [1], "data": {"train_loss": NaN}}')[1]
    assert math.isnan(row["train_loss"])


def test_a_curve_has_every_iteration_at_its_place():
    lines = [
        dlll([1, i], train_loss=1.0 + i, **{"glob_iter/iters_per_epoch": f"{i}/4"}) for i in (0, 1)
    ]
    assert list(curve(epochs(read_log(lines)))) == [(1.25, 1.0), (1.5, 2.0)]


def test_our_own_logs_can_be_read(tmp_path):
    from voiceprep.train.run.log import LogPosition, TrainingLog

    with TrainingLog(tmp_path) as log:
        log.parameters({"train": {"steps": 4, "freeze": ""}})
        for step in range(4):
            place = LogPosition(step + 1, step // 2, step % 2, 2)
            log.iteration(place, {"train_loss": 4.0 - step, "learning_rate": 1e-3})
        log.evaluation(place, {"val_loss": 0.5, "val_focus": float("nan")})
        log.end({"run_time": 3.0})
    log = read_log((tmp_path / "nvlog.json").read_text().splitlines())
    assert (log.broken, log.others) == ((), 0)
    first, second = (epoch.row() for epoch in epochs(log).values())
    assert (first["mean_loss"], first["last_loss"], first["learning_rate"]) == (3.5, 3.0, 1e-3)
    assert second["val_loss"] == 0.5
    assert math.isnan(second["val_focus"])
    assert summary(log) == {"run_time": 3.0}


def test_a_long_word_is_read_in_no_time():
    long = "DLL 2020-05-28 03:32:54.42 - (1,) " + "1" * 300_000
    log = read_log([long, f"{long} train_loss : 2.5", f"{long} : 2.5 train_loss : 2.5"])
    assert log.broken == ((1, "cut off: it holds no value"),)
    assert [line.values["train_loss"] for line in log.lines] == [2.5, 2.5]
