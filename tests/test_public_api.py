"""`import voiceprep`: its names, and what loading them costs."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import voiceprep

SOURCE = Path(voiceprep.__file__)
NAMES = [name for name in voiceprep.__all__ if name != "__version__"]


def run(code):
    """What a new interpreter prints."""
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_there_and_says_what_it_is(name):
    found = getattr(voiceprep, name)
    assert callable(found)
    assert found.__doc__


def test_type_checkers_see_the_names_that_are_there():
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"))
    (block,) = [node for node in tree.body if isinstance(node, ast.If)]
    seen = {alias.asname: f"voiceprep.{node.module}" for node in block.body for alias in node.names}
    assert seen == voiceprep._MODULES


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = voiceprep.no_such_name
    assert set(dir(voiceprep)) == set(voiceprep.__all__)


def test_the_import_loads_nothing_that_is_slow():
    slow = "numpy torch click pandas scipy soundfile matplotlib"
    code = f"import sys, voiceprep; print(*set('{slow}'.split()) & set(sys.modules))"
    assert run(code) == ""


def test_the_import_takes_less_than_50_milliseconds():
    code = (
        "import time; start = time.process_time(); import voiceprep;"
        "print(time.process_time() - start)"
    )
    assert min(float(run(code)) for _ in range(3)) < 0.05


def test_sounds_and_texts_need_no_torch():
    code = (
        "import sys; sys.modules['torch'] = None; import voiceprep as v;"
        "print(v.log_mel, v.prepare, v.report, v.read_texts, v.encode('Hi.').ids, v.train)"
    )
    assert "voiceprep.train" in run(code)


def test_what_needs_torch_says_so():
    code = (
        "import sys; sys.modules['torch'] = None; import voiceprep\n"
        "for use in (lambda: voiceprep.Synthesizer, lambda: voiceprep.train('tacotron2'),"
        " lambda: voiceprep.load_checkpoint('x.pt')):\n"
        "    try: use()\n"
        "    except voiceprep.ToolMissing as error: print(error.tool, end=' ')"
    )
    assert run(code) == "torch torch torch"


def test_help_and_star_imports_need_no_torch():
    code = (
        "import sys; sys.modules['torch'] = None; import voiceprep; from voiceprep import *\n"
        "help(voiceprep)"
    )
    assert "log_mel" in run(code)


def test_type_checkers_know_the_result_of_each_call(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import numpy, voiceprep\n"
        "voiceprep.report().faults()\n"
        "voiceprep.train('tacotron2').ending\n"
        "voiceprep.train('tacotron2', dry_run=True).cost\n"
        "voiceprep.infer('A sentence.').unstopped\n"
        "voiceprep.loudness('wavs', print_stats=True).measured\n"
        "voiceprep.loudness('wavs', 'level').counts\n"
        "voiceprep.trim(voiceprep.read_sound('a.wav')).note\n"
        "voiceprep.trim(numpy.zeros(9), sample_rate=22050).shape\n"
    )
    command = [sys.executable, "-m", "mypy", str(script)]
    found = subprocess.run(
        command, cwd=SOURCE.parents[1], capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stdout
