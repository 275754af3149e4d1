"""Import paths that the documentation named before."""

import importlib
import sys

import pytest

from voiceprep.moved import MOVED
from voiceprep.train.frontend import FrontendConfig
from voiceprep.train.run.compatibility import compare_checkpoint
from voiceprep.train.speech.synthesizer import Synthesizer
from voiceprep.train.tacotron2.network import Tacotron2


@pytest.mark.parametrize(
    ("module", "name", "wanted"),
    [
        ("voiceprep.train.speaker", "Speaker", Synthesizer),
        ("voiceprep.train.voice", "Voice", FrontendConfig),
        ("voiceprep.train.comparing", "compare", compare_checkpoint),
        ("voiceprep.train.models.tacotron2", "Tacotron2", Tacotron2),
    ],
)
def test_an_old_path_gives_what_is_at_the_new_one_and_warns(module, name, wanted, monkeypatch):
    monkeypatch.delitem(sys.modules, module, raising=False)
    with pytest.warns(DeprecationWarning, match="the old path goes with the next release"):
        assert getattr(importlib.import_module(module), name) is wanted


@pytest.mark.parametrize("module", MOVED)
def test_every_moved_module_is_where_the_table_says(module):
    place, names = MOVED[module]
    there = importlib.import_module(place)
    assert all(hasattr(there, new) for new in names.values())


def test_a_path_that_never_was_is_not_found():
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("voiceprep.train.nowhere")
