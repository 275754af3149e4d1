import json
import re

import pytest

from tests.train.made_checkpoints import made_checkpoint, made_vocoder, same_weights
from voiceprep.train.checkpoints.checkpoint import Checkpoint
from voiceprep.train.checkpoints.hub import HUB_FILES, export_hub


@pytest.mark.parametrize("made", [made_checkpoint, made_vocoder])
def test_the_folder_holds_what_the_hub_looks_for(tmp_path, made):
    checkpoint = made()
    written = list(export_hub(checkpoint, tmp_path / "my-voice"))
    assert [path.name for path in written] == [*HUB_FILES]
    loaded = Checkpoint.load(written[0])
    assert same_weights(loaded.weights, checkpoint.weights)
    assert (loaded.config, loaded.frontend) == (checkpoint.config, checkpoint.frontend)
    told = json.loads(written[1].read_text(encoding="utf-8"))
    assert told[told["model_type"]] == checkpoint.config
    assert told["voice"]["mel"]["mel_channels"] == checkpoint.config["mel_channels"]


@pytest.mark.parametrize("made", [made_checkpoint, made_vocoder])
def test_the_card_begins_with_the_metadata_that_the_hub_reads(tmp_path, made):
    list(export_hub(made(), tmp_path / "my-voice"))
    card = (tmp_path / "my-voice" / "README.md").read_text(encoding="utf-8")
    header, body = re.fullmatch(r"---\n(.*?)\n---\n(.*)", card, re.S).groups()
    fields = dict(re.findall(r"^(\w+): (.+)$", header, re.M))
    assert fields == {"library_name": "voiceprep", "pipeline_tag": "text-to-speech"}
    assert f"- {made().model}" in header
    assert "# my-voice" in body
    assert "hop of 256 samples" in body
    assert "at step 3" in body
