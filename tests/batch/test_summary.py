from pathlib import Path

import pytest

from voiceprep.batch.run import BatchResult
from voiceprep.batch.summary import clip_lines, duration
from voiceprep.records import Outcome


def outcome(name, status, why="", seconds=None, kept=None):
    facts = {} if seconds is None else {"seconds": seconds}
    return Outcome(name, status, why, facts if kept is None else facts | {"kept_seconds": kept})


def summary(*outcomes, **more):
    return "\n".join(BatchResult(Path("wavs"), outcomes, **more).lines())


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "0.0 s"),
        (4.24, "4.2 s"),
        (59.94, "59.9 s"),
        (59.96, "1 min 00 s"),
        (123, "2 min 03 s"),
        (3599.6, "1 h 00 min"),
        (36120, "10 h 02 min"),
        (float("inf"), "inf s"),
        (float("nan"), "nan s"),
    ],
)
def test_durations_are_told_as_people_say_them(seconds, told):
    assert duration(seconds) == told


def test_a_summary_adds_up_in_clips_and_in_seconds():
    told = summary(
        outcome("a", "done", "", 4.0, 3.0),
        outcome("b", "skipped", "", 2.0),
        outcome("c", "quarantined", "silent", 1.5),
        outcome("d", "failed", "permission denied"),
    )
    assert told == (
        "4 clips, 7.5 s → wavs\n\n"
        "  done             1\n  up to date       1\n  quarantined      1\n  failed           1\n\n"
        "  seconds: 7.5 in = 5.0 kept + 1.0 trimmed + 1.5 quarantined; 1 clip of unknown length\n\n"
        "quarantined\n  c  silent\n\n"
        "failed\n  d  permission denied"
    )


def test_a_run_with_nothing_to_do_says_so_and_a_dry_run_does_not():
    nothing = "nothing to do: all usable clips are up to date"
    skipped, refused = outcome("a", "skipped", "", 2.0), outcome("b", "quarantined", "silent", 1.0)
    would_be = Outcome("c", "skipped", "would be made", {"would_be": "done"})
    assert nothing in summary(skipped, refused)
    assert nothing not in summary(skipped, outcome("c", "done", "", 1.0))
    dry = summary(skipped, would_be)
    assert nothing not in dry
    assert "  skipped          2" in dry


def test_a_step_that_was_not_needed_is_a_note_and_no_warning():
    clean, loud = "left as it is: clean", "turned down; by much"
    told = summary(
        Outcome("a", "done", clean, {"unneeded": clean}),
        Outcome("b", "done", f"{loud}; {clean}", {"unneeded": clean}),
        outcome("c", "done", loud),
    )
    assert told.endswith(f"warnings\n  b, c  {loud}\n\nnotes\n  a, b  {clean}")


def test_a_dry_run_shows_no_seconds_as_it_reads_no_sound():
    would_be = Outcome("c", "skipped", "would be made", {"would_be": "done"})
    assert summary(would_be) == (
        "1 clip → wavs\n\n  skipped          1\n\nskipped\n  c  would be made"
    )


def test_clips_of_one_reason_stand_together_and_long_lists_end():
    many = [outcome(f"clip{number}", "failed", f"reason {number}") for number in range(30)]
    same = [outcome(f"like{number}", "quarantined", "silent", 1.0) for number in range(30)]
    told = summary(*many, *same)
    assert "  30 clips  silent" in told
    assert "… and 20 more, each with its reason in outcomes.jsonl" in told
    assert "more" not in summary(*many[:11])
    assert "… and 2 more" in summary(*many[:12])


def test_notes_stand_at_the_end():
    assert summary(outcome("a", "done", "", 1.0), notes=("two files were passed over",)).endswith(
        "\n\nnote: two files were passed over"
    )


def test_every_clip_has_its_line():
    rows = [outcome("a", "done"), outcome("b", "failed", "permission denied")]
    assert clip_lines(rows) == ["done        a", "failed      b  permission denied"]


def test_a_name_with_a_line_end_stays_on_its_line():
    row = outcome("two\nlines", "failed", "permission denied")
    assert clip_lines([row]) == ["failed      two\\nlines  permission denied"]
    assert summary(row).endswith("failed\n  two\\nlines  permission denied")
