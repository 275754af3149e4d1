"""Signals that end a run where it can go on, and leave the process as it was."""

import os
import signal
import threading

import pytest

from voiceprep.errors import Preempted
from voiceprep.train.run.signals import INTERRUPTED, PREEMPTED, StopSignals, preemptible

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1)


def send(number):
    os.kill(os.getpid(), number)
    signal.sigtimedwait([], 0.01)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGUSR1])
def test_a_signal_before_the_first_step_says_that_it_was_preempted(number):
    before = signal.getsignal(number)
    with pytest.raises(Preempted, match="before the first step") as error, preemptible():
        send(number)
    assert error.value.exit_code == 75
    assert signal.getsignal(number) is before


@pytest.mark.parametrize(
    ("number", "ending"),
    [
        (signal.SIGINT, INTERRUPTED),
        (signal.SIGTERM, PREEMPTED),
        (signal.SIGUSR1, PREEMPTED),
    ],
)
def test_a_signal_in_training_is_only_noted(number, ending):
    before = [signal.getsignal(one) for one in STOPPING]
    with StopSignals() as stops:
        assert stops.wanted == ""
        send(number)
        assert stops.wanted == ending
    assert [signal.getsignal(one) for one in STOPPING] == before


def test_the_first_signal_decides_how_a_run_ends():
    with StopSignals() as stops:
        send(signal.SIGTERM)
        send(signal.SIGUSR1)
        assert stops.wanted == PREEMPTED


def test_a_second_ctrl_c_does_not_wait():
    with StopSignals():
        send(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            send(signal.SIGINT)


def test_in_another_thread_nothing_is_changed():
    before, seen = [signal.getsignal(one) for one in STOPPING], []

    def work():
        with preemptible(), StopSignals() as stops:
            seen.append((stops.wanted, [signal.getsignal(one) for one in STOPPING]))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [("", before)]
