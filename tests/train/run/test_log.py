"""The log of a run, through ends of every kind."""

import json
import re
import resource
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import numpy as np
import pytest

from tests.conftest import HERE
from voiceprep.config import to_plain
from voiceprep.records import read_lines
from voiceprep.report.plots import draw_silences
from voiceprep.train.run.log import LogPosition, TrainingLog, open_for_lines, tag_of
from voiceprep.train.settings import TrainConfig

STEP = {"train_loss": 0.5, "train_items_per_sec": 100.0, "train_iter_time": 2.0}


def lines(folder):
    text = (folder / "nvlog.json").read_text()
    assert all(line.startswith("DLLL {") for line in text.splitlines())
    return [json.loads(line[5:]) for line in text.splitlines()]


def logged(folder):
    return [(row["step"], row["data"]) for row in lines(folder) if row["type"] == "LOG"]


def write_run(folder, first, last):
    with TrainingLog(folder, first) as log:
        for step in range(first, last):
            place = LogPosition(step + 1, step // 3, step % 3, 3)
            log.iteration(place, STEP)
            if place.iteration == 2:
                log.epoch(place, {"train_loss": 0.5})
                log.evaluation(place, {"val_loss": 0.7, "val_focus": 0.9})
        log.end({"run_time": 9.0, "val_loss": 0.7})


def test_a_run_is_logged_in_the_lines_of_dllogger(tmp_path):
    write_run(tmp_path, 0, 3)
    (start, *steps, epoch, evaluation, end) = logged(tmp_path)
    assert start[0] == end[0] == []
    assert [step for step, _ in steps] == [[0, 0], [0, 1], [0, 2]]
    assert steps[2][1] == {"glob_iter/iters_per_epoch": "2/3"} | STEP
    assert epoch == ([0], {"train_loss": 0.5})
    assert evaluation == ([0], {"val_loss": 0.7, "val_focus": 0.9})
    assert end[1]["run_time"] == 9.0


def test_a_line_has_the_fields_that_dllogger_writes(tmp_path):
    write_run(tmp_path, 0, 1)
    metadata, *_, row = lines(tmp_path)
    assert list(row) == ["timestamp", "datetime", "elapsedtime", "type", "step", "data"]
    assert metadata["type"] == "METADATA"
    assert metadata["metric"] == "run_time"
    assert metadata["metadata"] == {"unit": "s"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+", row["datetime"])
    assert float(row["timestamp"]) == pytest.approx(time.time(), abs=60)
    assert float(row["elapsedtime"]) >= 0


def test_the_settings_of_a_run_are_its_parameters(tmp_path):
    with TrainingLog(tmp_path) as log:
        log.parameters(to_plain({"train": TrainConfig(batch_size=5)}))
    parameters = [data for step, data in logged(tmp_path) if step == "PARAMETER"]
    assert {"train.batch_size": 5} in parameters
    assert all(len(data) == 1 for data in parameters)


def test_every_number_is_an_event(tmp_path):
    write_run(tmp_path, 0, 3)
    rows = [row for _, row in read_lines(tmp_path / "events.jsonl")]
    assert rows[0] == {"step": 1, "name": "train_loss", "value": 0.5}
    assert rows[-1] == {"step": 3, "name": "val_focus", "value": 0.9}


def test_a_run_that_goes_on_is_appended(tmp_path):
    write_run(tmp_path, 0, 3)
    before = (tmp_path / "nvlog.json").read_text()
    write_run(tmp_path, 3, 6)
    after = (tmp_path / "nvlog.json").read_text()
    assert after.startswith(before)
    assert after.count("METADATA") == before.count("METADATA")
    assert [step for step, _ in logged(tmp_path) if len(step) == 2][-1] == [1, 2]


def test_a_loss_that_is_not_finite_is_written_and_read_back(tmp_path):
    with TrainingLog(tmp_path) as log:
        log.iteration(LogPosition(0, 0, 0, 1), {"train_loss": float("nan")})
    assert [row["value"] for _, row in read_lines(tmp_path / "events.jsonl")] == [None]
    assert np.isnan(logged(tmp_path)[-1][1]["train_loss"])


def test_a_process_that_does_not_lead_writes_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with TrainingLog(None) as log:
        log.parameters({"train": {"steps": 3}})
        log.iteration(LogPosition(0, 0, 0, 1), STEP)
        log.evaluation(LogPosition(0, 0, 0, 1), {"val_loss": 1.0})
        log.sound(0, "speech", np.zeros(10, np.float32), 22050)
        log.end({})
        log.flush()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("left", "mended"),
    [
        (b"", b""),
        (b'DLLL {"a": 1}\n', b'DLLL {"a": 1}\n'),
        (b'DLLL {"a": 1}\nDLLL {"b": ', b'DLLL {"a": 1}\n'),
        (b'DLLL {"a": 1}\nDLL', b'DLLL {"a": 1}\n'),
        (b'DLLL {"a": 1}\nDLLL {"b": 2}', b'DLLL {"a": 1}\nDLLL {"b": 2}\n'),
        (b'{"a": 1}\n{"b": "\xc3', b'{"a": 1}\n'),
        (b"\0\0\0", b""),
        (b'{"a": 1}\n' + b"[" * 3000, b'{"a": 1}\n'),
    ],
)
def test_a_half_line_at_the_end_is_mended(tmp_path, left, mended):
    path = tmp_path / "nvlog.json"
    path.write_bytes(left)
    with open_for_lines(path) as file:
        file.write(b"after\n")
    assert path.read_bytes() == mended + b"after\n"


def test_a_run_that_is_killed_loses_no_line(tmp_path):
    code = f"""
import sys
sys.path.insert(0, {str(HERE)!r})
from tests.train.run.test_log import STEP
from voiceprep.train.run.log import LogPosition, TrainingLog
from pathlib import Path
log = TrainingLog(Path({str(tmp_path)!r}))
step = 0
while True:
    log.iteration(LogPosition(step, 0, step, 9), STEP)
    print(step, flush=True)
    step += 1
"""
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    for line in process.stdout:
        if int(line) >= 20:
            break
    process.send_signal(signal.SIGKILL)
    printed = [*process.stdout, line][-2:]
    process.wait()
    process.stdout.close()
    last = max(int(number) for number in printed)
    steps = [data for step, data in logged(tmp_path) if len(step) == 2]
    assert len(steps) >= last + 1
    events = [row for _, row in read_lines(tmp_path / "events.jsonl")]
    assert len(events) >= 3 * (last + 1)


def test_tensorboard_has_the_curves_the_pictures_and_the_sound(tmp_path):
    accumulators = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    write_run(tmp_path, 0, 5)
    draw_silences({"before": [0.1]}, tmp_path / "a.png")
    with TrainingLog(tmp_path, step=4) as log:
        log.iteration(LogPosition(4, 1, 0, 3), STEP | {"train_loss": 0.1})
        log.picture(3, "alignment", tmp_path / "a.png")
        log.sound(3, "speech", np.zeros(2205, np.float32), 22050)
        log.flush()
    board = accumulators.EventAccumulator(str(tmp_path / "tensorboard"))
    board.Reload()
    assert [event.step for event in board.Scalars("train/loss")] == [1, 2, 3, 4]
    assert board.Scalars("train/loss")[-1].value == pytest.approx(0.1)
    assert board.Scalars("val/focus")[0].value == pytest.approx(0.9)
    assert board.Images("alignment")[0].width > 100
    assert board.Audio("speech")[0].sample_rate == 22050


def test_without_tensorboard_the_lines_are_written_all_the_same(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    write_run(tmp_path, 0, 2)
    assert len(logged(tmp_path)) == 4
    assert not (tmp_path / "tensorboard").exists()


def test_the_curves_of_training_and_of_evaluation_are_together():
    assert tag_of("train_items_per_sec") == "train/items_per_sec"
    assert tag_of("val_loss") == "val/loss"
    assert tag_of("learning_rate") == "learning_rate"


def test_a_log_loads_tensorboard_only_when_it_writes_numbers(tmp_path):
    code = (
        "import sys; from pathlib import Path; from voiceprep.train.run.log import TrainingLog; "
        f"TrainingLog(Path({str(tmp_path)!r})).parameters({{'train': {{'steps': 1}}}}); "
        "sys.exit(any(name in sys.modules for name in ('torch', 'tensorboard')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@contextmanager
def largest_file(size):
    """A limit on the size of every file, which writes reach in the middle of a line."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_without_room_leaves_whole_lines_and_the_log_says_what_is_missing(
    tmp_path, monkeypatch
):
    # TensorBoard's own thread would end at some later time.
    monkeypatch.setattr(TrainingLog, "_board", None)
    write_run(tmp_path, 0, 3)
    size = max((tmp_path / name).stat().st_size for name in ("nvlog.json", "events.jsonl"))
    with TrainingLog(tmp_path, 3) as log:
        with largest_file(size + 700):
            for step in range(3, 40):
                log.iteration(LogPosition(step, 1, step % 3, 3), STEP)
        assert "cannot be written" in log.trouble
        log.iteration(LogPosition(40, 1, 0, 3), STEP)
    steps = [event["step"] for _, event in read_lines(tmp_path / "events.jsonl")]
    assert 3 < max(step for step in steps if step < 40) < 39
    assert steps[-1] == 40
    assert logged(tmp_path)[-1][1]["train_loss"] == 0.5


def test_a_tensorboard_that_cannot_be_written_is_given_up(tmp_path):
    class Full:
        def __getattr__(self, _):
            raise OSError(28, "No space left on device")

    with TrainingLog(tmp_path) as log:
        vars(log)["_board"] = Full()
        log.iteration(LogPosition(1, 0, 0, 3), STEP)
        assert "tensorboard" in log.trouble
        assert log._board is None
    assert logged(tmp_path)[-1][1]["train_loss"] == 0.5
