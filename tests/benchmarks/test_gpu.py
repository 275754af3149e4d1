"""Every section of the measurements on a GPU, run on a CPU with tiny sizes: no typo is in it."""

import json
import sys
from pathlib import Path
from subprocess import run

import gpu
import numpy as np
import pytest

from ..forked import run_code

SCRIPT = Path(gpu.__file__)
# Times are relative to a GPU's: no section is cut short.
LONG = ["--budget-scale", "10"]


def called(arguments, folder):
    """The script in a process that has torch already; compiling, which takes long, does nothing."""
    code = f"""
import runpy, sys, torch._dynamo
torch.set_num_threads(1)
torch._dynamo.config.disable = True
sys.argv = {[str(SCRIPT), *map(str, arguments)]!r}
sys.path.insert(0, {str(SCRIPT.parent)!r})
runpy.run_path({str(SCRIPT)!r}, run_name="__main__")
"""
    return run_code(code, folder)


@pytest.fixture(scope="module")
def carried(tmp_path_factory):
    """Mels of two voices, as gpu_mels.py makes them, and no original."""
    folder, random = tmp_path_factory.mktemp("carried"), np.random.default_rng(0)
    arrays = {}
    for name, clips in (("first", 13), ("second", 12)):
        frames = random.integers(8, 14, clips)
        arrays[f"{name}_texts"] = np.array(["Aa bb."] * clips)
        arrays[f"{name}_frames"] = frames
        arrays[f"{name}_mels"] = random.normal(-5, 1, (80, frames.sum())).astype(np.float16)
    np.savez(folder / "mels.npz", **arrays)
    return folder


def found_by(section, carried, folder):
    arguments = ["--alone", section, "--tiny", "--device", "cpu", *LONG]
    arguments += ["--out", folder, "--carried", carried]
    result = called(arguments, folder)
    assert result.returncode == 0, result.stderr
    found = json.loads((folder / f"{section}.json").read_text())
    assert found["errors"] == {}, result.stdout
    assert found["machine"].keys() >= {"Python", "torch", "triton"}
    # Without the original nothing is compared with it.
    assert {row["times"] for row in found["rows"]} <= {None}
    return found


def names(found):
    return {row["what"] for row in found["rows"]}


def test_right(carried, tmp_path):
    found = found_by("right", carried, tmp_path)
    assert len(found["checks"]) > 20
    assert [check["what"] for check in found["checks"] if not check["right"]] == []


def test_tacotron2(carried, tmp_path):
    found = found_by("tacotron2", carried, tmp_path)
    assert names(found) >= {
        *(f"{precision}, 4 clips, as it trains" for precision in ("fp32", "tf32", "bf16", "fp16")),
        *(f"{precision}, 4 clips, products alone" for precision in ("fp32", "bf16")),
        "bf16, 2 clips, plain, steps compiled",
    }
    assert all(row["median"] > 0 for row in found["rows"])
    assert "aten::mm" in (tmp_path / "profile.txt").read_text()


def test_waveglow(carried, tmp_path):
    found = found_by("waveglow", carried, tmp_path)
    assert names(found) >= {
        "trained, 256 channels, bf16, as it trains",
        "trained, 256 channels, bf16, recomputed",
        "made, 256 channels, fp16, batch 1, as it speaks",
    }


def test_speaking(carried, tmp_path):
    found = found_by("speaking", carried, tmp_path)
    assert names(found) >= {
        "latency, 0.1 s, ours, fp16",
        "free-running, fp32, batch 1, ours",
        "infer-stats, fp16, batch 128",
    }
    assert any("99 %" in note for note in found["notes"])


def test_run(carried, tmp_path):
    found = found_by("run", carried, tmp_path)
    assert [row["unit"] for row in found["rows"]] == ["steps/s", "frames/s"] * 2
    assert sum("stop rate" in note for note in found["notes"]) >= 4
    assert (tmp_path / "pictures.zip").exists()


def test_a_section_that_takes_too_long_is_killed_and_the_next_one_runs(carried, tmp_path):
    command = [sys.executable, SCRIPT, "--tiny", "--device", "cpu", "--budget-scale", "0.002"]
    command += ["--sections", "speaking,run", "--out", tmp_path, "--carried", carried]
    result = run(command, capture_output=True, text=True, check=True)
    told = (tmp_path / "results.md").read_text()
    assert result.stdout.endswith(told + "\n")
    assert "--budget-scale 0.002 --sections speaking,run`" in told
    assert str(tmp_path) not in told
    assert told.count("- killed after 0 s") == 2


def test_what_was_found_is_a_table(tmp_path):
    row = {"what": "bf16", "unit": "frames/s", "median": 150000.0, "low": 1.0, "high": 2e5}
    row |= {"rounds": 5, "times": 3.1, "mib": 900.0, "goal": "3 times"}
    checks = [
        {"what": "outputs", "found": 1e-6, "limit": 1e-5, "right": True},
        {"what": "gradients", "found": 1.0, "limit": 1e-4, "right": False},
    ]
    found = {"section": "tacotron2", "machine": {"card": "H100"}, "rows": [row], "checks": checks}
    found |= {"notes": ["no time"], "errors": {"compiled": "Traceback"}, "seconds": 9.0}
    (tmp_path / "tacotron2.json").write_text(json.dumps(found | {"ending": ""}))
    lines = gpu.tables(tmp_path).splitlines()
    assert lines[0] == "card H100"
    assert "1 of 2 checks are right." in lines
    assert "| gradients | 1 | 0.0001 |" in lines
    assert "| bf16 | 1.5e+05 (1 to 2e+05, 5) | frames/s | 3.10 | 900 | 3 times |" in lines
    assert lines[-2:] == ["- no time", "- failed: compiled"]
