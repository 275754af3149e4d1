import copy
import inspect
import pickle
from importlib import import_module

import pytest

import voiceprep
from voiceprep.api.datasets import report
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


def test_it_shows_the_functions_docstring():
    assert voiceprep.train.__doc__ == train.__doc__
    assert inspect.getdoc(voiceprep.report) == inspect.getdoc(report)


def test_it_is_copied_and_pickled_by_name():
    assert copy.deepcopy(voiceprep.train) is voiceprep.train
    assert pickle.loads(pickle.dumps(voiceprep.train)) is voiceprep.train
