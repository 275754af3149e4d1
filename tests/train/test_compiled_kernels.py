"""Every Triton kernel compiles for an H100, with no register spilled, in each type it meets."""

import json
import os
import subprocess
import sys

import pytest

knobs = pytest.importorskip("triton").knobs


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    if not os.access(knobs.nvidia.ptxas.path, os.X_OK):
        pytest.skip("this triton comes without ptxas")
    cache = str(tmp_path_factory.mktemp("triton"))
    found = subprocess.run(
        [sys.executable, "-m", "tests.train.compiled_kernels", "90"],
        env=os.environ | {"TRITON_INTERPRET": "0", "TRITON_CACHE_DIR": cache},
        capture_output=True,
        text=True,
        check=False,
    )
    assert not found.returncode, found.stderr
    return [json.loads(line) for line in found.stdout.splitlines()]


def test_each_kernel_compiles_in_each_case(compiled):
    names = {"lstm_forward", "lstm_backward", "energies"}
    names |= {"attend", "attend_backward", "fold_windows"}
    found = {(row["case"], row["kernel"]) for row in compiled}
    assert found == {(case, name) for case in range(5) for name in names}


def test_nothing_is_spilled(compiled):
    for row in compiled:
        assert row["local"] == row["stack"] == 0, row
        assert row["shared"] <= 48 * 1024, row


def test_two_programs_fit_a_multiprocessor_at_full_size(compiled):
    for row in compiled:
        assert row["case"] not in (0, 1, 2) or 2 * row["reg"] * row["threads"] <= 65536, row


def test_bfloat16_is_rounded_to_nearest(compiled):
    """As the tests that interpret the kernels have it."""
    names = {row["kernel"] for row in compiled if row["rounds"]}
    assert names == {"lstm_forward", "lstm_backward", "attend"}
