from dataclasses import replace

from voiceprep.commands.train.result import DryRunResult, TrainResult
from voiceprep.train.run.dry_run import CostEstimate


def test_of_many_processes_one_tells_what_a_dry_run_found():
    found = DryRunResult(
        CostEstimate(3, 90, 1, 0.1, 50, 0.5, 180.0, "frames", 1 << 20), (), leads=False
    )
    assert not found.lines(False)
    assert not [*found.rows()]


def test_how_a_stopped_run_goes_on_is_told_by_how_it_began(tmp_path):
    ended = TrainResult("interrupted", tmp_path, 3, 9)
    assert ended.lines(False)[-1] == "the same command resumes from here"
    assert "without --resume" in replace(ended, resume="no").lines(False)[-1]
