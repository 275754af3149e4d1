"""Signals that end a run where it can go on, and leave the process as it was."""

import os
import signal
import threading
import time

import pytest

from voiceprep.errors import Preempted
from voiceprep.train.run import signals
from voiceprep.train.run.signals import INTERRUPTED, PREEMPTED, StopSignals

PREEMPTING = (signal.SIGTERM, signal.SIGUSR1, signal.SIGHUP)
STOPPING = (signal.SIGINT, *PREEMPTING)


def send(number):
    os.kill(os.getpid(), number)
    signal.sigtimedwait([], 0.01)


@pytest.mark.parametrize("number", PREEMPTING)
def test_a_signal_before_the_first_step_says_that_it_was_preempted(number):
    before = signal.getsignal(number)
    with pytest.raises(Preempted, match="before the first step") as error, StopSignals():
        send(number)
    assert error.value.exit_code == 75
    assert signal.getsignal(number) is before


def test_ctrl_c_before_the_first_step_interrupts():
    with pytest.raises(KeyboardInterrupt), StopSignals():
        send(signal.SIGINT)


@pytest.mark.parametrize("number", STOPPING)
def test_a_signal_in_training_is_only_noted(number):
    before = [signal.getsignal(one) for one in STOPPING]
    with StopSignals() as stops, stops.noting():
        assert stops.wanted == ""
        send(number)
        assert stops.wanted == (INTERRUPTED if number == signal.SIGINT else PREEMPTED)
    assert [signal.getsignal(one) for one in STOPPING] == before


@pytest.mark.parametrize("second", STOPPING)
@pytest.mark.parametrize("first", STOPPING)
def test_a_second_signal_does_not_wait(first, second):
    with StopSignals() as stops, stops.noting():
        send(first)
        with pytest.raises(KeyboardInterrupt):
            send(second)


@pytest.mark.parametrize("number", STOPPING)
def test_a_signal_after_training_interrupts(number):
    with StopSignals() as stops:
        with stops.noting():
            pass
        with pytest.raises(KeyboardInterrupt):
            send(number)


def test_a_second_signal_waits_until_a_checkpoint_is_written():
    written = False
    with StopSignals() as stops, stops.noting():
        send(signal.SIGTERM)
        with pytest.raises(KeyboardInterrupt), stops.holding():
            send(signal.SIGTERM)
            written = True
    assert written


def test_a_signal_that_a_launcher_passes_on_is_not_a_second_one(monkeypatch):
    monkeypatch.setattr(signals, "PASSED_ON_SECONDS", 0.2)
    with StopSignals(several=True) as stops, stops.noting():
        send(signal.SIGINT)
        send(signal.SIGTERM)
        assert stops.wanted == INTERRUPTED
        time.sleep(0.3)
        with pytest.raises(KeyboardInterrupt):
            send(signal.SIGTERM)


def test_a_signal_breaks_off_what_is_attempted():
    with StopSignals() as stops, stops.noting():
        assert stops.attempt(lambda: "done") == "done"
        assert stops.attempt(lambda: (send(signal.SIGTERM), "done")) is None
        assert stops.wanted == PREEMPTED
        assert stops.attempt(lambda: "done") is None


def test_a_hangup_stays_ignored_under_nohup():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with StopSignals() as stops, stops.noting():
            send(signal.SIGHUP)
            assert stops.wanted == ""
    finally:
        signal.signal(signal.SIGHUP, before)


def test_in_another_thread_nothing_is_changed():
    before, seen = [signal.getsignal(one) for one in STOPPING], []

    def work():
        with StopSignals() as stops:
            seen.append((stops.wanted, [signal.getsignal(one) for one in STOPPING]))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [("", before)]
