"""Killed, interrupted, twice at once, no room, no right to write: nothing is lost."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time

import pytest
import soundfile

from tests.conftest import HERE
from tests.signals import sweep, write, write_mp3

CLIPS = 24


def start(dataset, *words, before=(), **options):
    return subprocess.Popen(
        [*before, sys.executable, "-m", "voiceprep", *words],
        cwd=dataset,
        env=os.environ | {"PYTHONPATH": str(HERE)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def finish(process):
    output, errors = process.communicate(timeout=60)
    return process.returncode, output, errors


@pytest.fixture(scope="module")
def recordings(made_once):
    def make(folder):
        for number in range(CLIPS):
            sound = sweep(20.0 + number, 44100, level=0.3 + number / 100)
            write_mp3(folder / f"clip{number:02d}.mp3", sound, 44100, "-b:a", "128k")

    return made_once("long-recordings", make)


@pytest.fixture
def many(tmp_path, recordings):
    """A dataset whose recordings take a moment to convert."""
    shutil.copytree(recordings, tmp_path / "voice" / "mp3dir", copy_function=os.link)
    return tmp_path / "voice"


def wait_for(condition):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.005)


def ledger(dataset):
    return [json.loads(line) for line in (dataset / "wavs" / "outcomes.jsonl").open()]


def made(dataset):
    folder = dataset / "wavs"
    names = [*folder.glob("*.wav"), folder / "outcomes.jsonl", folder / "settings.toml"]
    return {path.name: path.read_bytes() for path in sorted(names)}


def test_killed_at_twenty_random_moments_nothing_is_lost(many, tmp_path, recordings):
    calm = tmp_path / "calm"
    shutil.copytree(recordings, calm / "mp3dir", copy_function=os.link)
    begun = time.perf_counter()
    assert finish(start(calm, "convert", "mp3dir"))[0] == 0
    lasts = time.perf_counter() - begun
    chance = random.Random(20)
    for number in range(20):
        process = start(many, "convert", "mp3dir")
        time.sleep(chance.uniform(0.05, lasts))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        wavs = sorted((many / "wavs").glob("*.wav"))
        for path in wavs:
            assert path.read_bytes() == (calm / "wavs" / path.name).read_bytes()
        if number % 5 == 4:
            for path in wavs[::3]:
                path.unlink()
    code, output, errors = finish(start(many, "convert", "mp3dir"))
    assert (code, errors) == (0, "")
    assert f"{CLIPS} clips" in output
    assert made(many) == made(calm)
    assert (many / "clips.jsonl").read_bytes() == (calm / "clips.jsonl").read_bytes()
    assert not list(many.rglob("*.voiceprep-part"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_by_hand_it_ends_in_order_and_can_go_on(many, number):
    process = start(many, "convert", "mp3dir", "-j2")
    wait_for(lambda: list((many / "wavs").glob("*.wav")))
    process.send_signal(number)
    code, output, errors = finish(process)
    assert code == 130
    assert "Traceback" not in errors
    assert "not processed" in output
    done = {row["id"] for row in ledger(many) if row["status"] == "done"}
    assert done == {path.stem for path in (many / "wavs").glob("*.wav")}
    code, output, _ = finish(start(many, "convert", "mp3dir"))
    assert code == 0
    assert len(list((many / "wavs").glob("*.wav"))) == CLIPS


def test_interrupted_before_the_work_begins_it_says_one_line(many):
    for seconds in 2 * (0.06, 0.12, 0.18, 0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0):
        process = start(many, "convert", "mp3dir")
        time.sleep(seconds)
        process.send_signal(signal.SIGINT)
        code, _, errors = finish(process)
        # On a busy machine it may be Python that has not begun yet, and ends in a way of its own,
        # or the work may be done.
        if code not in (0, 1):
            break
        assert "voiceprep/cli" not in errors
        shutil.rmtree(many / "wavs", ignore_errors=True)
    assert code in (130, -signal.SIGINT)
    assert "voiceprep/" not in errors


def test_two_runs_at_once_on_one_target(many):
    first = start(many, "convert", "mp3dir")
    wait_for(lambda: list((many / "wavs").glob("*.wav")))
    first.send_signal(signal.SIGSTOP)
    code, output, errors = finish(start(many, "convert", "mp3dir"))
    first.send_signal(signal.SIGCONT)
    assert (code, output) == (2, "")
    assert errors.startswith("voiceprep: wavs: another run")
    assert errors.count("\n") == 1
    assert finish(first)[0] == 0
    assert len(list((many / "wavs").glob("*.wav"))) == CLIPS


@pytest.fixture
def bound():
    """The words before a command that bind root to the rights of files, as any other user is."""
    rights = "-dac_override,-dac_read_search"
    return [] if os.geteuid() else ["setpriv", f"--bounding-set={rights}", f"--inh-caps={rights}"]


def test_a_target_that_cannot_be_written_to(dataset, bound):
    (dataset / "wavs").mkdir()
    (dataset / "wavs").chmod(0o555)
    code, output, errors = finish(start(dataset, "convert", "mp3dir", before=bound))
    assert (code, output) == (2, "")
    assert errors.startswith("voiceprep: wavs: ")
    assert errors.endswith("permission denied\n")
    assert errors.count("\n") == 1


def test_a_target_that_is_a_file(voiceprep, dataset):
    (dataset / "wavs").write_text("not a folder")
    told = voiceprep("convert", "mp3dir")
    assert told.returncode == 2
    assert told.stderr.startswith("voiceprep: wavs: ")
    assert told.stderr.endswith("file exists\n")
    assert told.stderr.count("\n") == 1


def test_an_unreadable_file_fails_alone(dataset, bound):
    write(dataset / "mp3dir" / "secret.wav", sweep()).chmod(0)
    code, output, errors = finish(start(dataset, "convert", "mp3dir", before=bound))
    assert (code, errors) == (3, "")
    assert "secret  permission denied" in output
    assert len(list((dataset / "wavs").glob("*.wav"))) == 3


def test_an_unreadable_folder_is_told(dataset, bound):
    write(dataset / "mp3dir" / "closed" / "d.wav", sweep())
    (dataset / "mp3dir" / "closed").chmod(0)
    code, output, _ = finish(start(dataset, "convert", "mp3dir", before=bound))
    (dataset / "mp3dir" / "closed").chmod(0o755)
    (note,) = [line for line in output.splitlines() if line.startswith("note: ")]
    assert "mp3dir/closed" in note
    assert "permission denied" in note
    assert code == 0


def limited():
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (900_000, 900_000))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def test_a_disk_that_is_full(many, small_disk):
    folder, mounted = small_disk
    options = {} if mounted else {"preexec_fn": limited}
    code, output, errors = finish(start(many, "convert", "mp3dir", str(folder), **options))
    assert (code, errors) == (3, "")
    assert "no space left on device" in output or "file too large" in output
    assert "Traceback" not in output
    for path in folder.glob("*.wav"):
        assert soundfile.info(path).frames > 0
    assert not list(folder.glob(".*part"))


def test_a_full_disk_with_more_room_is_gone_on_with(many, small_disk):
    folder, mounted = small_disk
    if not mounted:
        return
    finish(start(many, "convert", "mp3dir", str(folder)))
    subprocess.run(["mount", "-o", "remount,size=200m", folder], check=True)
    code, _, _ = finish(start(many, "convert", "mp3dir", str(folder)))
    assert code == 0
    assert len(list(folder.glob("*.wav"))) == CLIPS


def test_a_recording_that_vanishes_meanwhile_fails_alone(many):
    process = start(many, "convert", "mp3dir", "-j1", "--json")
    wait_for(lambda: list((many / "wavs").glob("*.wav")))
    (many / "mp3dir" / f"clip{CLIPS - 1:02d}.mp3").unlink()
    code, output, errors = finish(process)
    assert (code, errors) == (3, "")
    rows = [json.loads(line) for line in output.splitlines()]
    (failed,) = [row for row in rows[:-1] if row["status"] == "failed"]
    assert failed["id"] == f"clip{CLIPS - 1:02d}"
    assert failed["why"].startswith("no such")
