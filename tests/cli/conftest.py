import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parents[2]


@pytest.fixture
def voiceprep(dataset):
    """Calls the command in the dataset's folder as a process of its own."""

    def call(*words, **options):
        environment = os.environ | {"PYTHONPATH": str(HERE)} | options.pop("env", {})
        command = [sys.executable, "-m", "voiceprep", *map(str, words)]
        return subprocess.run(
            command,
            cwd=options.pop("cwd", dataset),
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            **options,
        )

    return call
