"""What a user sees of a log."""

import json
import math
from pathlib import Path

import pytest

from tests.report.test_logs import OLDEST, PRINTED, dlll
from tests.report.test_plots import size_of
from voiceprep.commands.logs import CurvesConfig, logs
from voiceprep.errors import SettingError, SourceError, TargetError
from voiceprep.records import to_json


@pytest.fixture
def printed(tmp_path):
    path = tmp_path / "train.log"
    path.write_text(PRINTED)
    return path


def a_run(folder, epochs, loss=lambda epoch: 3.0 / (epoch + 1)):
    lines = [dlll([], run_start=1.0)]
    for epoch in range(epochs):
        lines += [dlll([epoch, step], train_loss=loss(epoch) + step / 10) for step in range(3)]
        lines.append(dlll([epoch], train_loss=loss(epoch) + 0.1, train_epoch_time=61.0))
        lines.append(dlll([epoch], val_loss=loss(epoch) + 0.5, val_focus=0.5))
    folder.mkdir(parents=True)
    (folder / "nvlog.json").write_text("\n".join([*lines, dlll([], run_time=600.0)]) + "\n")
    return folder


def test_a_log_is_a_table_by_epoch(printed):
    lines = logs((printed,)).lines()
    assert lines[0] == str(printed)
    assert lines[1].split("  ")[0] == "epoch"
    assert lines[2].split() == [
        *("6001", "1", "0.27354", "0.28858", "0.48567", "16316", "25971", "7", "min", "17", "s")
    ]
    assert "lowest val loss: 0.48567, in epoch 6001" in lines
    assert "run time: 7 min 23 s" in lines


def test_a_table_has_the_columns_that_hold_something(tmp_path):
    lines = logs((a_run(tmp_path / "run", 2),)).lines()
    assert lines[1].split() == [
        *("epoch", "iterations", "train", "loss", "last", "val", "loss", "time", "focus")
    ]


def test_the_evaluations_of_a_run_on_all_clips_have_their_columns(tmp_path):
    lines = [dlll([], run_start=1.0), dlll([0, 0], train_loss=2.0)]
    values = {"train_forced_loss": 1.25, "free_spoken": 0.75, "val_items_per_sec": 9000.0}
    (tmp_path / "nvlog.json").write_text("\n".join([*lines, dlll([0], **values)]) + "\n")
    title, row = logs((tmp_path,)).lines()[1:3]
    assert title.split()[-4:] == ["val", "items/s", "train_forced_loss", "free_spoken"]
    assert row.split()[-3:] == ["9000", "1.25", "0.75"]


def test_what_was_measured_on_validation_clips_is_shown_in_place_of_training_clips(tmp_path):
    values = {"val_forced_focus": 0.5, "train_forced_focus": 0.25, "free_spoken": 0.75}
    (tmp_path / "nvlog.json").write_text(dlll([0], **values) + "\n")
    title, row = logs((tmp_path,)).lines()[1:3]
    assert title.split() == ["epoch", "forced_focus", "free_spoken"]
    assert row.split() == ["0", "0.5", "0.75"]


def test_a_long_table_is_shortened_unless_verbose(tmp_path):
    result = logs((a_run(tmp_path / "run", 500),))
    short, long = result.lines(), result.lines(verbose=True)
    assert len(short) < 40 < 500 < len(long)
    numbers = [int(line.split()[0]) for line in short[2:26]]
    assert (numbers[0], numbers[-1]) == (0, 499)
    assert "… 476 epochs are left out: -v shows all" in short


def test_a_loss_of_the_last_iteration_is_noted(tmp_path):
    lines = [dlll([1, step], train_loss=float(step)) for step in range(3)]
    path = tmp_path / "nvlog.json"
    path.write_text("\n".join([*lines, dlll([1], train_loss=2.0)]))
    lines = logs((path,)).lines()
    assert "train loss is the loss of an epoch's last iteration; mean is over all" in lines
    assert lines[2].split() == ["1", "3", "2.00000", "1.00000", "2.00000"]


def test_rows_are_json(printed, tmp_path):
    path = tmp_path / "broken.log"
    path.write_text("hello\nDLLL {\nDLL 2020-05-28 03:32:54.42 - (1,) train_loss : nan\n")
    rows = [json.loads(to_json(row)) for row in logs((printed, path)).rows()]
    assert rows[0]["epoch"] == 6001
    assert rows[0]["file"] == str(printed)
    assert rows[1] == {"file": str(path), "epoch": 1, "train_loss": None}
    assert (rows[2]["file"], rows[2]["line"]) == (str(path), 2)
    assert "not JSON" in rows[2]["why"]
    files = rows[3]["summary"]["files"]
    assert files[0]["run"]["run_time"] == 442.85153458299465
    assert files[1] == {
        "file": str(path),
        "epochs": 1,
        "lines": 1,
        "broken": 1,
        "others": 1,
        "run": {},
    }


def test_damaged_lines_are_listed_and_the_rest_is_shown(tmp_path):
    path = tmp_path / "a.log"
    path.write_text("DLLL {\n" * 8 + "noise\n\n" + OLDEST)
    result = logs((path,))
    damaged = result.logs[path].broken
    assert [number for number, _ in damaged] == [*range(1, 9)]
    lines = result.lines()
    assert f"line 1: {damaged[0][1]}" in lines
    assert not any(line.startswith("line 8: ") for line in lines)
    assert "… and 3 more lines that cannot be read" in lines
    assert "other lines, skipped: 1" in lines
    assert lines[2].split()[:3] == ["0", "2", "5.51630"]
    assert result.exit_code == 0
    assert f"line 8: {damaged[7][1]}" in result.lines(verbose=True)


@pytest.mark.parametrize("content", [b"", b"no log\n", b"\xff\xfe\0\0" * 99, b"\n\n"])
def test_a_file_that_is_no_log_is_reported(tmp_path, printed, content):
    path = tmp_path / "other"
    path.write_bytes(content)
    result = logs((path, printed))
    assert result.exit_code == 3
    assert "no line of a known log format" in result.lines()
    assert "lowest val loss: 0.48567, in epoch 6001" in result.lines()


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SourceError, match="none: "):
        logs((tmp_path / "none",))


def test_the_runs_of_a_dataset_are_found(tmp_path):
    a_run(tmp_path / "output" / "tacotron2", 2)
    a_run(tmp_path / "output" / "waveglow", 2)
    names = [path.parent.name for path in logs(dataset=tmp_path).logs]
    assert names == ["tacotron2", "waveglow"]
    with pytest.raises(SourceError, match="holds no run"):
        logs(dataset=tmp_path / "other")


def test_the_losses_are_drawn_where_that_is_asked_for(tmp_path, printed):
    target = tmp_path / "new" / "losses.png"
    result = logs((a_run(tmp_path / "run", 9),), curves=CurvesConfig(str(target)))
    assert min(size_of(target)) > 400
    assert result.lines()[-1] == f"drawn: {target}"
    several = tmp_path / "several.svg"
    logs((tmp_path / "run", printed), curves=CurvesConfig(str(several)))
    drawn = several.read_text()
    for label in ("nvlog.json: each iteration", "nvlog.json: val", "train.log: train"):
        assert f"{label} -->" in drawn


def test_nothing_to_draw_is_no_trouble(tmp_path):
    path = tmp_path / "empty.log"
    path.touch()
    logs((path,), curves=CurvesConfig(str(tmp_path / "a.png")))
    assert min(size_of(tmp_path / "a.png")) > 400


def test_a_picture_that_cannot_be_drawn_is_named(printed):
    with pytest.raises(SettingError) as setting:
        CurvesConfig("losses.doc")
    assert setting.value.key == "picture"
    with pytest.raises(TargetError) as target:
        logs((printed,), curves=CurvesConfig(str(printed / "losses.png")))
    assert target.value.path == printed / "losses.png"


def test_losses_that_are_no_numbers_are_shown_as_such(tmp_path):
    folder = a_run(tmp_path / "run", 3, lambda epoch: math.nan if epoch else 1.0)
    lines = logs((folder,)).lines()
    assert lines[3].split()[2:4] == ["nan", "nan"]
    assert "lowest val loss: 1.50000, in epoch 0" in lines


def test_the_command_takes_files_and_shows_their_tables(tmp_path, monkeypatch, capsys):
    from voiceprep.cli.main import root

    a_run(tmp_path / "run", 2)
    monkeypatch.chdir(tmp_path)
    root.main(["logs", "run", "run/nvlog.json"], "voiceprep", standalone_mode=False)
    assert capsys.readouterr().out.count("lowest val loss: 2.00000, in epoch 1") == 1
    root.main(["logs", "run", "--json"], "voiceprep", standalone_mode=False)
    assert json.loads(capsys.readouterr().out.splitlines()[0])["file"] == str(
        Path("run/nvlog.json")
    )
