from pathlib import Path

import pytest

from tests.signals import speech, write
from voiceprep.commands.convert import convert
from voiceprep.commands.loudness import loudness
from voiceprep.dataset.provenance import Provenance
from voiceprep.files import content_hash


@pytest.fixture
def dataset(tmp_path):
    write(tmp_path / "mp3dir" / "deep" / "a.wav", speech(1.0))
    convert(tmp_path / "mp3dir", tmp_path / "converted", tmp_path)
    loudness(tmp_path / "converted", tmp_path / "wavs", tmp_path)
    return tmp_path


def test_a_clip_is_followed_to_the_recording_through_every_step(dataset):
    origins = Provenance(dataset)
    steps = ("wavs", "converted", "mp3dir")
    assert origins.places("wavs/deep/a.wav") == [dataset / step / "deep/a.wav" for step in steps]
    assert origins.content("wavs/deep/a.wav") == content_hash(dataset / "mp3dir" / "deep" / "a.wav")


def test_what_no_ledger_knows_is_its_own_origin(dataset):
    path = write(dataset / "wavs" / "b.wav", speech(1.0, seed=1))
    assert Provenance(dataset).places("wavs/b.wav") == [path]
    assert Provenance(dataset).content("wavs/b.wav") == content_hash(path)


def test_ledgers_that_point_at_one_another_end(tmp_path):
    line = (
        '{"id": "a", "status": "done", "why": "",'
        ' "facts": {"source": {"path": "%s/a.wav", "hash": "x"}}}\n'
    )
    for here, there in (("one", "two"), ("two", "one")):
        Path(tmp_path, here).mkdir()
        Path(tmp_path, here, "outcomes.jsonl").write_text(line % there)
    assert len(Provenance(tmp_path).places("one/a.wav")) == 2
