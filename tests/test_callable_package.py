import inspect
from importlib import import_module

import pytest

import voiceprep
from voiceprep.api.voices import train


@pytest.mark.parametrize(
    ("name", "module"),
    [("train", "voiceprep.train.registry"), ("report", "voiceprep.report.plots")],
)
def test_a_package_and_the_function_of_its_name_are_one(name, module):
    before = getattr(voiceprep, name)
    import_module(module)
    assert getattr(voiceprep, name) is before is import_module(f"voiceprep.{name}")
    assert callable(before)


def test_calling_it_calls_the_function(tmp_path):
    with pytest.raises(voiceprep.UserError):
        voiceprep.train("no such model", dataset=tmp_path)


def test_it_shows_the_functions_signature():
    assert inspect.signature(voiceprep.train) == inspect.signature(train)
