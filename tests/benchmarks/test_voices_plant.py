"""Faults that are planted into the clips of gathered voices, and the table of what is found."""

import pytest
import soundfile
from voices_plant import (
    FLAGGED,
    FOUND,
    LOST,
    MISSED,
    UNDECIDED,
    Planted,
    outcome_of,
    plant,
    plant_table,
)

from voiceprep.audio.checks import CHECKS as AUDIO_CHECKS
from voiceprep.quality.check import Check

from ..signals import speech


def planted(set, id, outcome):
    return Planted(set, id, 3.0 + int(id), "clipping", "clipping", 3.0, 0.0, 0.0, outcome)


def test_what_a_check_says_before_and_after_is_one_outcome():
    check = Check("made", "sound", float, 10.0, "dB", "", worse="below")
    assert outcome_of(check, None, 5.0) == UNDECIDED
    assert outcome_of(check, 9.0, 5.0) == FLAGGED
    assert outcome_of(check, 11.0, None) == LOST
    assert outcome_of(check, 11.0, 10.0) == MISSED
    assert outcome_of(check, 11.0, 9.0) == FOUND


def test_recall_is_over_the_clips_that_are_decided_on_and_not_flagged_as_they_are():
    outcomes = {
        "a": [FOUND, FOUND, FOUND, FLAGGED, UNDECIDED],
        "b": [FOUND, MISSED, LOST, UNDECIDED],
        "c": [UNDECIDED],
        "d": [FOUND, MISSED],
    }
    rows = [
        planted(name, str(n), one) for name, own in outcomes.items() for n, one in enumerate(own)
    ]
    (line,) = plant_table(rows)[2:]
    cells = [cell.strip() for cell in line.split("|")[4:-1]]
    assert cells[:2] == ["0.71", "0.36 to 0.92"]
    # Found, of, flagged, undecided, of those over three seconds, undecided once planted.
    assert cells[2:8] == ["5", "7", "1", "3", "2 of 8", "1"]
    assert cells[8:] == ["0.62", "b 1 of 2, d 1 of 2"]


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    """The moderate faults in one of three clips of a voice, which are copies of each other."""
    dataset = tmp_path_factory.mktemp("made") / "one"
    (dataset / "wavs").mkdir(parents=True)
    for number in range(3):
        soundfile.write(dataset / "wavs" / f"{number}.wav", 0.5 * speech(2), 22050)
    lines = [f"{n}|A text of {word} words and more.\n" for n, word in enumerate(("a", "no", "ten"))]
    (dataset / "metadata.csv").write_text("".join(lines))
    return plant(dataset, clips=1, places=(1,))


def test_the_faults_of_sounds_are_planted_into_the_same_clip_once(rows):
    sounds = [row for row in rows if row.check in {check.name for check in AUDIO_CHECKS}]
    assert len({(row.check, row.fault) for row in sounds}) == len(sounds) > 15
    assert len({row.id for row in sounds}) == 1
    assert "copied_text" in {row.fault for row in rows}


def test_checks_measure_before_and_after(rows):
    (tail,) = [row for row in rows if (row.check, row.fault) == ("tail_seconds", "tail_silence")]
    assert (tail.set, tail.size, tail.outcome) == ("one", 0.8, FOUND)
    assert tail.after - tail.before == pytest.approx(0.8, abs=0.05)


def test_checks_of_the_set_see_the_clips_without_a_fault_too(rows):
    (copy,) = [row for row in rows if row.check == "copies"]
    assert copy.outcome == FLAGGED
