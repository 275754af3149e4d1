"""The silence command as a user runs it."""

import json
import os
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import HERE
from tests.signals import RATE, noise, placed, said, write
from voiceprep.audio.silence import SilenceConfig, SpeechActivity
from voiceprep.batch.measure import Measured
from voiceprep.commands.silence import PictureConfig, Silences, silence
from voiceprep.errors import SettingError, SourceError, TargetError
from voiceprep.records import to_json
from voiceprep.report.plots import draw_silences


def clip(lead, tail, pause=0.0):
    end = lead + 1.0 + (pause + 0.5 if pause else 0)
    parts = [(lead, said(1.0))] + ([(lead + 1.0 + pause, said(0.5))] if pause else [])
    return placed(parts, end + tail)


@pytest.fixture
def dataset(tmp_path):
    write(tmp_path / "wavs" / "even.wav", clip(0.2, 0.3))
    write(tmp_path / "wavs" / "deep" / "late.wav", clip(0.1, 2.5))
    write(tmp_path / "wavs" / "halting.wav", clip(0.3, 0.4, 0.8))
    return tmp_path


def test_every_clip_has_its_lead_its_tail_and_its_pauses(dataset):
    *clips, summary = silence(dataset=dataset).rows()
    keys = ["id", "seconds", "lead", "tail", "pauses", "others", "uncertain"]
    assert [list(row) for row in clips] == 3 * [keys]
    late, even, halting = clips
    assert (late["id"], late["seconds"]) == ("deep/late", 3.6)
    assert late["tail"] == pytest.approx(2.5, abs=0.015)
    assert (even["lead"], even["tail"]) == pytest.approx((0.2, 0.3), abs=0.015)
    assert even["pauses"] == []
    assert halting["pauses"] == [pytest.approx([1.3, 2.1], abs=0.015)]
    assert summary["summary"]["clips"] == {"measured": 3, "troubles": 0}
    assert summary["summary"]["spread"]["tail"]["p100"] == late["tail"]
    assert all(json.loads(to_json(row)) == row for row in clips)


def test_the_table_has_a_line_for_every_clip_and_what_is_common(dataset):
    lines = silence(dataset=dataset).lines()
    assert lines[0].split() == ["id", "seconds", "lead", "tail", "pauses", "longest"]
    assert [line.split()[0] for line in lines[1:4]] == ["deep/late", "even", "halting"]
    assert float(lines[1].split()[3]) == pytest.approx(2.5, abs=0.02)
    assert float(lines[3].split()[5]) == pytest.approx(0.8, abs=0.02)
    assert "3 clips, 8.1 s" in lines
    assert lines[-1] == f"drawn: {dataset / 'report' / 'silence.png'}"


def test_uncertain_ends_and_other_sounds_are_listed(dataset):
    faint = np.concatenate([np.zeros(RATE // 2, "f4"), said(1.0), said(0.6, 0.008)])
    write(dataset / "wavs" / "faint.wav", faint + noise(2.1, 1e-4))
    write(dataset / "wavs" / "knock.wav", placed([(0.3, said(1.0)), (2.0, noise(0.004, 0.3))], 3.0))
    result = silence(dataset=dataset)
    rows = {row["id"]: row for row in result.clips()}
    assert list(rows["faint"]["uncertain"]) == ["end"]
    assert (rows["even"]["uncertain"], rows["even"]["others"]) == ({}, [])
    assert rows["knock"]["others"][0][0] == pytest.approx(2.0, abs=0.02)
    lines = result.lines()
    assert lines[lines.index("uncertain start or end of speech") + 1].startswith("  faint  end: ")
    assert lines[lines.index("other sounds") + 1].startswith("  knock  0.0")


def test_the_table_and_the_picture_show_one_median(tmp_path):
    # To the millisecond the tail is 0.195 s, which would be shown as 0.20 s.
    tail = SpeechActivity(1.0, ((0.1, 1 - 0.19497),))
    measured = Measured({"a": tail}, ())
    lines = Silences(measured, SilenceConfig(), None).lines()
    assert next(line for line in lines if line.startswith("tail")).split()[1:] == 3 * ["0.19"]
    assert lines[1].split()[3] == "0.19"
    draw_silences({"after": [tail.tail]}, tmp_path / "a.svg")
    assert "median 0.19 s" in (tmp_path / "a.svg").read_text()


def test_a_name_with_a_line_end_stays_on_its_line(dataset):
    write(dataset / "wavs" / "two\nlines.wav", clip(0.5, 0.5))
    write(dataset / "wavs" / "no\nsound.wav", np.zeros(RATE, np.float32))
    lines = silence(dataset=dataset).lines()
    assert sum(line.startswith("two\\nlines  ") for line in lines) == 1
    assert sum(line.startswith("  no\\nsound  ") for line in lines) == 1


@pytest.mark.parametrize(("shortest", "count"), [(0.5, 1), (1.0, 0)])
def test_only_pauses_of_the_stated_length_are_listed(dataset, shortest, count):
    clips = silence(dataset=dataset, config=SilenceConfig(shortest)).clips()
    assert sum(len(row["pauses"]) for row in clips) == count


def test_the_histogram_is_drawn_and_nothing_else_is_written(dataset):
    before = sorted(dataset.rglob("*"))
    result = silence(dataset / "wavs", dataset)
    picture = dataset / "report" / "silence.png"
    assert result.picture == picture
    data = picture.read_bytes()
    assert data.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", data[16:24])
    assert min(width, height) > 500
    assert sorted(dataset.rglob("*")) == sorted([*before, picture.parent, picture])


def test_a_picture_has_the_format_of_its_suffix(dataset):
    silence(dataset=dataset, picture=PictureConfig(str(dataset / "new" / "tails.svg")))
    assert "<svg" in (dataset / "new" / "tails.svg").read_text()
    assert not (dataset / "report").exists()


def test_a_picture_that_cannot_be_drawn_is_named(dataset):
    name = str(dataset / "wavs" / "even.wav" / "tails.png")
    with pytest.raises(TargetError) as caught:
        silence(dataset=dataset, picture=PictureConfig(name))
    assert caught.value.path == Path(name)


@pytest.mark.parametrize("name", ["tails.doc", "tails"])
def test_a_picture_of_an_unknown_format_is_refused_before_anything_is_measured(name):
    with pytest.raises(SettingError, match=name) as caught:
        PictureConfig(name)
    assert caught.value.key == "picture"


def test_unreadable_files_are_listed_and_the_rest_is_measured(dataset):
    write(dataset / "wavs" / "none.wav", np.zeros(RATE, np.float32))
    (dataset / "wavs" / "bad.wav").write_text("no sound at all")
    result = silence(dataset=dataset)
    assert result.exit_code == 3
    lines = result.lines()
    assert lines[lines.index("failed") + 1].startswith("  bad  ")
    assert lines[lines.index("quarantined") + 1].startswith("  none  ")
    troubles = [row for row in result.rows() if "status" in row]
    assert [(row["id"], row["status"]) for row in troubles] == [
        ("bad", "failed"),
        ("none", "quarantined"),
    ]
    assert len(list(result.clips())) == 3


def test_where_nothing_could_be_measured_nothing_is_drawn(tmp_path):
    (tmp_path / "wavs").mkdir()
    (tmp_path / "wavs" / "bad.wav").touch()
    result = silence(dataset=tmp_path)
    assert (result.exit_code, result.picture) == (3, None)
    assert not (tmp_path / "report").exists()


def test_two_sounds_of_one_id_are_both_shown(dataset):
    write(dataset / "wavs" / "even.flac", clip(0.5, 0.5))
    shown = {row["id"]: row["lead"] for row in silence(dataset=dataset).clips()}
    assert shown["even.flac"] == pytest.approx(0.5, abs=0.015)
    assert shown["even.wav"] == pytest.approx(0.2, abs=0.015)


def test_a_missing_folder_is_an_error(tmp_path):
    with pytest.raises(SourceError) as caught:
        silence(dataset=tmp_path)
    assert caught.value.path == tmp_path / "wavs"


def test_an_interrupted_run_ends_with_one_line(dataset):
    first = write(dataset / "many" / "0.wav", np.tile(clip(0.5, 0.5), 30))
    for number in range(1, 300):
        os.link(first, first.with_name(f"{number}.wav"))
    process = subprocess.Popen(
        [sys.executable, "-m", "voiceprep", "silence", "many", "--jobs", "2"],
        cwd=dataset,
        env=os.environ | {"PYTHONPATH": str(HERE)},
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    threads = Path(f"/proc/{process.pid}/task")
    while process.poll() is None and len(list(threads.iterdir())) < 3:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=60)
    assert (process.returncode, output) == (130, "")
    assert "voiceprep: interrupted" in errors.splitlines()[-1]
    assert "Traceback" not in errors
    assert not (dataset / "report").exists()
