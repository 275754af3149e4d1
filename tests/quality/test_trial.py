import numpy as np
import pytest

from voiceprep.errors import Unusable
from voiceprep.quality.check import Check, Measurement
from voiceprep.quality.fault import Fault
from voiceprep.quality.trial import GROUP, gather, read_each, trial_rng, try_sets

THINGS = {f"{number:02}": number / 100 for number in range(23)}


def read(number):
    return None if number is None else Measurement(number)


def read_twins(kept):
    return {id: Measurement(list(kept.values()).count(own) - 1) for id, own in kept.items()}


def add(number, size, random):
    return number + size + random.uniform(0, 0.001)


LEVEL = Check("level", "sound", read, 0.5, "", "lower it")
TWINS = Check("twins", "set", read_twins, 0, "others", "keep one", keep=lambda number: number)
RAISED = Fault("raised", add, (0.1, 0.5, 1.0), "", ("level",))
COPIED = Fault("copied", lambda number, _size, _random: number, (1, 2, 3), "", ("twins",), True)
MOVED = Fault("moved", lambda number, size, _random: number + size, (1, 2, 3), "", ("twins",))
CHECKS, FAULTS = (LEVEL, TWINS), (RAISED, COPIED, MOVED)


def tried(things=THINGS, seed=0, faults=FAULTS):
    readings = {id: read_each(id, thing, CHECKS, faults, seed) for id, thing in things.items()}
    return gather(readings, CHECKS, faults, seed)


def test_every_thing_is_read_clean_and_with_every_size_of_every_fault():
    found = tried()
    assert found.clean["level"] == THINGS
    for size in RAISED.sizes:
        assert [id for id, _ in found.corrupted["level", "raised", size]] == list(THINGS)
        for id, value in found.corrupted["level", "raised", size]:
            assert size <= value - THINGS[id] <= size + 0.001
    assert ("twins", "raised", 0.1) not in found.corrupted


def test_the_same_seed_gives_the_same_in_whatever_order_things_are_read():
    backwards = dict(reversed(THINGS.items()))
    assert tried(backwards).clean == tried().clean
    assert {key: sorted(rows) for key, rows in tried(backwards).corrupted.items()} == {
        key: sorted(rows) for key, rows in tried().corrupted.items()
    }
    assert tried(seed=1).corrupted != tried().corrupted


def test_in_a_set_each_thing_is_spoilt_once_among_clean_ones():
    found = tried()
    rows = found.corrupted["twins", "copied", 1]
    assert sorted(id for id, _ in rows) == list(THINGS)
    assert {value for _, value in rows} == {1}
    # All that are moved at a time land on other things, of which a tenth are moved themselves.
    assert {value for _, value in found.corrupted["twins", "moved", 1]} == {0}


@pytest.mark.parametrize("count", [0, 1, 3])
def test_fewer_things_than_make_a_crowd_are_spoilt_one_by_one(count):
    few = dict(list(THINGS.items())[:count])
    assert len(tried(few).corrupted["twins", "copied", 1]) == count


def test_what_cannot_have_a_fault_is_left_out_and_what_cannot_be_told_is_none():
    def refuse(number, size, _random):
        if number < 0.1:
            raise Unusable("too small")
        return None if number < 0.2 else number + size

    found = tried(faults=(Fault("refused", refuse, (1, 2, 3), "", ("level",)),))
    rows = dict(found.corrupted["level", "refused", 1])
    assert min(rows) == "10"
    assert [id for id, value in rows.items() if value is None] == [str(n) for n in range(10, 20)]


def test_faults_of_a_whole_set_are_made_ten_times_over():
    turns = []

    def corrupt(fault, size, random):
        drawn = sorted(THINGS)[int(random.integers(len(THINGS)))]
        turns.append((fault.name, size, drawn))
        return {drawn: size}

    found = try_sets(THINGS, CHECKS, (RAISED, MOVED), corrupt, 0)
    assert len(turns) == 2 * 3 * GROUP
    for size in RAISED.sizes:
        rows = found.corrupted["level", "raised", size]
        assert [id for id, _ in rows] == [
            id for name, own, id in turns if (name, own) == ("raised", size)
        ]
        assert {value for _, value in rows} == {size}
    assert found.clean["twins"] == dict.fromkeys(THINGS, 0)


def test_chance_is_of_the_thing_the_fault_and_the_size():
    drawn = {
        float(trial_rng(seed, id, fault, size).random())
        for seed in (0, 1)
        for id in ("a", "b\udcff")
        for fault in (RAISED, MOVED)
        for size in fault.sizes
    }
    assert len(drawn) == 24
    assert np.array_equal(
        trial_rng(0, "a", RAISED, 0.1).random(3), trial_rng(0, "a", RAISED, 0.1).random(3)
    )
