"""What an evaluation writes stays in the run's folder, whatever a clip is called."""

import csv

import numpy as np
import pytest
import soundfile

from voiceprep.train.run.evaluation_files import (
    speech_file,
    update_clips,
    warning_of,
    write_speech,
)


@pytest.mark.parametrize("id", ["a", "chapter/a", "../../a", "/etc/a"])
def test_a_picture_lies_below_the_speech_of_its_run(tmp_path, id):
    _, target = speech_file(tmp_path, id)
    assert target.resolve().is_relative_to((tmp_path / "speech").resolve())
    assert target.parent.is_dir()


def test_speech_is_a_wav_of_16_bits(tmp_path):
    write_speech(tmp_path / "a.wav", np.zeros(100, np.float32), 8000)
    info = soundfile.info(tmp_path / "a.wav")
    assert (info.samplerate, info.frames, info.subtype) == (8000, 100, "PCM_16")


def test_rows_are_replaced_by_id_and_the_others_stay(tmp_path):
    path, columns = tmp_path / "clips.csv", ("id", "loss")
    update_clips(path, [{"id": "b", "loss": 2}, {"id": "a", "loss": 1}], columns)
    update_clips(path, [{"id": "b", "loss": 3}], columns)
    with open(path, newline="") as file:
        assert list(csv.DictReader(file)) == [{"id": "a", "loss": "1"}, {"id": "b", "loss": "3"}]


def test_a_file_that_cannot_be_written_is_a_warning_that_names_it(tmp_path):
    warnings = []
    with warning_of(tmp_path / "a.wav", warnings):
        write_speech(tmp_path / "missing" / "a.wav", np.zeros(100, np.float32), 8000)
    assert len(warnings) == 1
    assert str(tmp_path / "a.wav") in warnings[0]


@pytest.mark.parametrize(
    "text",
    ["", "name,val_loss\na,0.5\n", "id,val_loss\nb\n,0.5\n", "id,val_loss,\na,1,2,3\n", "id\n\0\n"],
)
def test_a_damaged_table_of_clips_is_made_again(tmp_path, text):
    path = tmp_path / "clips.csv"
    path.write_text(text)
    update_clips(path, [{"id": "new", "val_loss": 0.25}], ("id", "val_loss"))
    header, *rows = path.read_text().splitlines()
    assert header == "id,val_loss" and "new,0.25" in rows
