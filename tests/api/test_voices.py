import json

import pytest
import torch

import voiceprep
from tests.train.made_checkpoints import made_checkpoint
from voiceprep.errors import CheckpointError, SettingError, UserError


@pytest.fixture
def run(tmp_path):
    """The folder of a run that kept one checkpoint."""
    made_checkpoint().save(tmp_path / "output" / "tacotron2" / "best.pt")
    return tmp_path / "output" / "tacotron2"


def test_a_checkpoint_is_loaded_by_its_file_or_its_run(run):
    by_file, by_run = (voiceprep.load_checkpoint(path) for path in (run / "best.pt", str(run)))
    assert by_file.model == by_run.model == "tacotron2"
    assert all(torch.equal(value, by_run.weights[name]) for name, value in by_file.weights.items())


def test_the_weights_of_a_checkpoint_are_not_shown(run):
    checkpoint = voiceprep.load_checkpoint(run)
    assert "tacotron2" in repr(checkpoint)
    assert "tensor" not in repr(checkpoint)


def test_a_checkpoint_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CheckpointError) as caught:
        voiceprep.load_checkpoint(tmp_path / "gone.pt")
    assert caught.value.path == tmp_path / "gone.pt"


def test_a_voice_speaks_and_is_counted(run, tmp_path):
    limit = {"infer.max_frames": 20}
    result = voiceprep.infer("A sentence.", dataset=tmp_path, vocoder="no", settings=limit)
    assert [outcome.facts["stops"] for outcome in result.outcomes] == [["limit"]]
    assert len(list((tmp_path / "speech").glob("*.wav"))) == 1
    (tmp_path / "phrases.txt").write_text("A sentence.\n")
    stats = voiceprep.infer_stats(
        dataset=tmp_path, input=tmp_path / "phrases.txt", seeds=2, max_steps=20, vocode_worst=0
    )
    assert len((tmp_path / "stats" / "runs.jsonl").read_text().splitlines()) == 2
    assert stats.overviews[0].runs == 2


def test_sentences_may_be_a_list_or_any_rows(run, tmp_path):
    shown = voiceprep.infer((text for text in ("One.", "Two.")), dataset=tmp_path, dry_run=True)
    assert len(list(shown.rows())) == 3


def test_what_streams_to_a_player_is_for_the_command_line(tmp_path):
    with pytest.raises(UserError, match="Synthesizer"):
        voiceprep.infer("A sentence.", dataset=tmp_path, raw=True)


def test_training_refuses_what_it_does_not_know(tmp_path):
    with pytest.raises(UserError, match="tacotron2"):
        voiceprep.train("tacotron", dataset=tmp_path)
    with pytest.raises(SettingError) as caught:
        voiceprep.train("tacotron2", dataset=tmp_path, stepz=3)
    assert caught.value.key == "stepz"


def test_a_run_is_trained_with_messages_and_progress(dataset):
    voiceprep.convert(dataset / "mp3dir", dataset=dataset)
    voiceprep.write_filelists(dataset=dataset, split="all-train")
    lines, steps = [], []

    def bar(rows, total):
        for row in rows:
            steps.append(total)
            yield row

    result = voiceprep.train(
        "tacotron2",
        dataset=dataset,
        preset="tiny",
        steps=2,
        settings={"infer.max_frames": 20},
        messages=lines.append,
        progress=bar,
    )
    assert (result.ending, result.step) == ("finished", 2)
    assert repr(result) == "\n".join(result.lines(verbose=False))
    assert steps == [2, 2]
    assert lines
    events = (dataset / "output" / "tacotron2" / "events.jsonl").read_text().splitlines()
    assert json.loads(events[0])
