"""Texts become files, each with an outcome in the ledger; the work goes on where it was left."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from tests.commands.infer.made import (
    FORCE,
    INFER,
    NAMES,
    SHORT,
    SPEECH,
    TEXTS,
    say,
)
from tests.conftest import HERE
from voiceprep.commands.infer.output import write_utterance
from voiceprep.errors import TargetError
from voiceprep.train.settings import InferConfig, SpeechConfig


def test_said_again_it_is_up_to_date_and_what_changed_is_said_anew(voice):
    first = say(voice, *TEXTS)
    ledger = (voice / "speech" / "outcomes.jsonl").read_bytes()
    again = say(voice, *TEXTS)
    assert [row.status for row in again.outcomes] == ["skipped", "skipped"]
    assert again.exit_code == first.exit_code
    assert any("up to date" in line for line in again.lines(False))
    assert [row.status for row in say(voice, *TEXTS, write=FORCE).outcomes] == ["done", "done"]
    assert (voice / "speech" / "outcomes.jsonl").read_bytes() == ledger
    other = say(voice, *TEXTS, asked={"seed": 7})
    assert [row.status for row in other.outcomes] == ["done", "done"]
    (voice / "speech" / f"{NAMES[0]}.png").unlink()
    assert [r.status for r in say(voice, *TEXTS, asked={"seed": 7}).outcomes] == ["done", "skipped"]


def test_what_does_not_stop_is_told_with_advice_and_the_exit_code(voice):
    endless = replace(INFER, gate_threshold=0.999999)
    result = say(voice, "One and two.", infer=endless)
    assert result.exit_code == 3
    told = "\n".join(result.lines(False))
    assert "did not stop, cut off at 40 frames" in told
    assert "1 of 1 did not stop:" in told
    assert say(voice, "One and two.", infer=endless).exit_code == 3


def test_nothing_to_hear_fails_alone(voice):
    result = say(voice, "\x07", "One.")
    assert [row.status for row in result.outcomes] == ["failed", "done"]
    assert "no symbol for" in result.outcomes[0].why
    assert result.exit_code == 3


def test_files_of_others_are_not_overwritten(voice):
    wav = voice / "speech" / f"{NAMES[0]}.wav"
    wav.parent.mkdir()
    wav.write_bytes(b"mine")
    with pytest.raises(TargetError, match="did not write for a text, 1 in all"):
        say(voice, *TEXTS)
    assert wav.read_bytes() == b"mine"
    assert say(voice, *TEXTS, write=FORCE).outcomes[0].status == "done"
    wav.write_bytes(b"edited")
    result = say(voice, *TEXTS)
    assert result.outcomes[0].why.endswith(f"the changed {wav.name} is kept as {wav.name}.bak")
    assert wav.with_name(f"{wav.name}.bak").read_bytes() == b"edited"


def test_what_cannot_be_shown_is_named(voice):
    result = say(voice, "One \x1b[31m two.")
    assert "\x1b" not in "\n".join(result.lines(True))
    assert "U+001B control character" in "\n".join(result.lines(True))
    assert result.outcomes[0].facts["unknown"][0] == "U+001B control character"


def begun(voice, count=400):
    (voice / "list.txt").write_text("".join(f"c{n:03}|Sentence {n}.\n" for n in range(count)))
    command = [
        sys.executable,
        "-m",
        "voiceprep",
        "infer",
        "-i",
        "list.txt",
        "--batch-size=2",
        *SHORT,
    ]
    environment = os.environ | {"PYTHONPATH": str(HERE)}
    process = subprocess.Popen(
        command, cwd=voice, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    end = time.monotonic() + 60
    while len(list((voice / "speech").glob("*.wav"))) < 2 and process.poll() is None:
        assert time.monotonic() < end
        time.sleep(0.02)
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_by_hand_it_keeps_what_is_done(voice, number):
    process = begun(voice)
    process.send_signal(number)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Traceback" not in errors
    assert b"not processed: interrupted" in output
    done = {path.stem for path in (voice / "speech").glob("*.wav")}
    assert 2 <= len(done) < 400
    rows = [json.loads(line) for line in (voice / "speech" / "outcomes.jsonl").open()]
    assert {row["id"] for row in rows if row["status"] == "done"} == done
    assert not list((voice / "speech").glob(".*part"))


def test_killed_it_goes_on(voice):
    process = begun(voice)
    process.kill()
    process.communicate()
    done = sorted(path.stem for path in (voice / "speech").glob("*.wav"))
    (voice / "list.txt").write_text("".join(f"c{n:03}|Sentence {n}.\n" for n in range(5)))
    result = say(
        voice,
        asked={"input": str(voice / "list.txt"), "output": str(voice / "speech")},
        infer=InferConfig(max_frames=40, batch_size=2),
        speech=SpeechConfig(),
    )
    first = [row.status for row in result.outcomes if row.id in done]
    assert first[:2] == ["skipped", "skipped"]
    assert {row.status for row in result.outcomes} <= {"done", "skipped"}
    assert not list((voice / "speech").glob(".*part"))


def test_a_target_that_cannot_be_written_to(voice):
    (voice / "speech").write_text("a file")
    with pytest.raises(TargetError) as caught:
        say(voice, "One.")
    assert caught.value.path == voice / "speech"
    assert (voice / "speech").read_text() == "a file"


def test_a_full_disk_ends_the_run_and_is_told(voice, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("voiceprep.commands.infer.output.write_sound", full)
    result = say(voice, *TEXTS)
    assert [row.why for row in result.outcomes] == [
        "no space left on device",
        f"not processed: no space left on device in {voice / 'speech'}",
    ]
    assert result.exit_code == 3
    assert not list((voice / "speech").glob("*.wav"))


MANY = (
    "One and two.",
    "Three, four and five, and then six.",
    "Seven, and eight and nine. Ten and eleven and twelve.",
    "Thirteen of them.",
    "Fourteen, and so on, up to twenty and a few more.",
)


def files_in(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != ".lock"}


def interrupt_at(monkeypatch, number):
    """Stop the call by hand when the text with that number, from 0, is to be written."""
    calls = iter(range(len(MANY)))

    def write(*arguments):
        if next(calls) == number:
            raise KeyboardInterrupt
        return write_utterance(*arguments)

    monkeypatch.setattr("voiceprep.commands.infer.synthesis.write_utterance", write)


@pytest.mark.parametrize("longest", [20, 150], ids=["in parts", "whole"])
@pytest.mark.parametrize("done", [1, 2, 4])
def test_interrupted_in_a_batch_and_resumed_it_writes_the_bytes_of_an_undisturbed_run(
    voice, monkeypatch, done, longest
):
    settings = {
        "infer": replace(INFER, batch_size=3),
        "speech": replace(SPEECH, longest_text=longest),
    }
    say(voice, *MANY, **settings)
    (voice / "speech").rename(voice / "undisturbed")
    interrupt_at(monkeypatch, done)
    assert say(voice, *MANY, **settings).exit_code == 130
    monkeypatch.undo()
    resumed = say(voice, *MANY, **settings)
    assert [row.status for row in resumed.outcomes] == ["skipped"] * done + ["done"] * (5 - done)
    assert files_in(voice / "speech") == files_in(voice / "undisturbed")


def test_what_is_missing_is_spoken_again_with_the_same_bytes(voice):
    say(voice, *MANY)
    before = files_in(voice / "speech")
    for name in ("02-three-four-and-five-and-then.wav", "04-thirteen-of-them.npz"):
        (voice / "speech" / name).unlink()
    assert [row.status for row in say(voice, *MANY).outcomes].count("done") == 2
    assert files_in(voice / "speech") == before
    say(voice, *MANY, write=FORCE)
    assert files_in(voice / "speech") == before
