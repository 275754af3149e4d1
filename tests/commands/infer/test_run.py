"""Speaking from the command: from sentences to wavs, pictures and arrays, and to a player."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from tests.commands.infer.made import (
    INFER,
    MEL,
    NAMES,
    SHORT,
    SPEECH,
    TEXTS,
    Heard,
    save_voice,
    say,
    vocode,
)
from tests.conftest import HERE
from tests.forked import run_command
from tests.train.made import TINY
from tests.train.vocoding import FITTING, waveglow_checkpoint
from voiceprep.batch.run import WriteConfig
from voiceprep.commands.infer.command import infer
from voiceprep.errors import CheckpointError, TableError, UserError
from voiceprep.train.settings import SpeakConfig


def test_sentences_become_wavs_arrays_and_pictures_in_their_order(voice):
    console = Heard()
    result = say(voice, *TEXTS, console=console)
    assert [row.id for row in result.outcomes] == list(NAMES)
    assert "vocoder: Griffin-Lim, as" in console.lines[0]
    folder = voice / "speech"
    for row in result.outcomes:
        info = soundfile.info(folder / f"{row.id}.wav")
        assert (info.subtype, info.channels, info.samplerate) == ("PCM_16", 1, 22050)
        assert (folder / f"{row.id}.png").stat().st_size > 1000
        with np.load(folder / f"{row.id}.npz") as arrays:
            assert arrays["mel"].shape == (80, info.frames // 256)
            assert arrays["alignment"].shape == (1, arrays["steps"][0], arrays["symbols"][0])
            assert arrays["gate"].shape == (1, arrays["steps"][0])
            assert list(arrays["stops"]) == row.facts["stops"]
        assert row.facts["seconds"] == pytest.approx(info.frames / 22050, abs=1e-6)
    assert (folder / "mel.toml").exists()
    assert not list(folder.glob(".*part"))
    lines = result.lines(False)
    assert lines[0].endswith(f"→ {folder}")
    assert "LUFS" in lines[2] or "silent" in lines[2]


def test_a_list_keeps_its_order_and_its_names(voice, tmp_path):
    (tmp_path / "list.txt").write_text("z|One.\n\na|Two.\n")
    result = say(voice, asked={"input": str(tmp_path / "list.txt"), "output": str(tmp_path / "x")})
    assert [row.id for row in result.outcomes] == ["z", "a"]
    assert any("blank" in line for line in result.lines(False))
    assert sorted(path.name for path in (tmp_path / "x").glob("*.wav")) == ["a.wav", "z.wav"]
    summary = [*result.rows()][-1]["summary"]
    assert summary["sentences"] == {"in": 2, "done": 2}


@pytest.mark.parametrize("text", ["", "\n  \n", "a|One.\na|Two.\n", "a|b|c\n"])
def test_a_list_of_no_use_ends_at_once(voice, tmp_path, text):
    (tmp_path / "list.txt").write_text(text)
    with pytest.raises(UserError if not text.strip() else TableError):
        say(voice, asked={"input": str(tmp_path / "list.txt")})
    assert not (voice / "speech").exists()


def test_the_datasets_own_waveglow_is_taken_and_another_and_none(voice, tmp_path):
    folder = voice / "output" / "waveglow"
    folder.mkdir()
    waveglow_checkpoint(FITTING, MEL).save(folder / "last.pt")
    console = Heard()
    one = say(voice, "One.", console=console)
    assert console.lines[0].endswith(f"vocoder: {folder / 'last.pt'}")
    assert one.outcomes[0].status == "done"
    say(voice, "One.", console=console, asked={"vocoder": "no"})
    assert console.lines[1].endswith("vocoder: Griffin-Lim")
    waveglow_checkpoint(FITTING, MEL, seed=1).save(tmp_path / "other.pt")
    other = say(voice, "One.", asked={"vocoder": str(tmp_path / "other.pt")})
    assert other.outcomes[0].status == "done"


def test_mistakes_are_one_line_that_says_what_to_do(voice, tmp_path):
    best = str(voice / "output" / "tacotron2" / "best.pt")
    with pytest.raises(UserError, match="holds no trained voice: name one with --acoustic FILE"):
        say(tmp_path / "empty", "One.")
    with pytest.raises(CheckpointError) as caught:
        say(voice, "One.", asked={"acoustic": "nothing.pt"})
    assert caught.value.path == Path("nothing.pt")
    with pytest.raises(CheckpointError) as caught:
        say(voice, "One.", asked={"vocoder": best})
    assert caught.value.path == Path(best)
    waveglow_checkpoint(FITTING, MEL).save(tmp_path / "w.pt")
    with pytest.raises(CheckpointError) as caught:
        say(voice, "One.", asked={"acoustic": str(tmp_path / "w.pt")})
    assert caught.value.path == tmp_path / "w.pt"
    save_voice(tmp_path, replace(MEL, fmax_hz=7000.0), "low.pt")
    both = {"acoustic": str(tmp_path / "low.pt"), "vocoder": str(tmp_path / "w.pt")}
    with pytest.raises(UserError, match=r"fmax_hz 7000\.0"):
        say(voice, "One.", asked=both)
    with pytest.raises(UserError, match="-i FILE"):
        say(voice)
    with pytest.raises(UserError, match="not both"):
        say(voice, "One.", asked={"input": "list.txt"})
    with pytest.raises(UserError, match="leave sentences out"):
        say(voice, "One.", asked={"vocode": "mels"})


def test_weights_that_are_not_finite_are_refused(voice):
    broken = {"embedding.weight": torch.full((148, TINY.symbol_dim), torch.nan)}
    save_voice(voice / "output" / "tacotron2", **broken)
    with pytest.raises(CheckpointError, match=r"embedding\.weight"):
        say(voice, "One.")


def test_a_dry_run_shows_how_texts_are_split_and_writes_nothing(voice):
    speech = replace(SPEECH, longest_text=20)
    dry = WriteConfig(dry_run=True)
    found = say(voice, "One and two. Three and \x07 four.", speech=speech, write=dry)
    assert found.entries[0]["parts"] == ["One and two.", "Three and \x07 four."]
    assert any("in 2 parts; no symbol for" in line for line in found.lines(False))
    assert not (voice / "speech").exists()


def test_a_stream_goes_to_the_player_part_by_part(voice):
    heard, console = [], Heard()

    def player(sound):
        heard.extend([sound] if sound else [])
        return len(heard) < 2

    asked = {"raw": True}
    result = infer(
        (*TEXTS, "Six."), voice, SpeakConfig(**asked), INFER, SPEECH, console=console, player=player
    )
    assert len(heard) == 2
    assert console.lines[-1] == "the player has closed"
    assert len(heard[0]) % 512 == 0
    assert "22050 samples a second" in console.lines[1]
    assert not (voice / "speech").exists()
    assert [*result.rows()] == result.lines(True) == []


def test_a_player_that_takes_no_sound_says_so_before_any_is_made(voice):
    def player(sound):
        raise error

    console, error = Heard(), UserError("stdout is closed")
    with pytest.raises(UserError) as caught:
        infer(TEXTS, voice, SpeakConfig(raw=True), INFER, SPEECH, console=console, player=player)
    assert caught.value is error
    assert len(console.lines) == 1


def test_a_vocoder_whose_hum_is_none_is_told_of_once(voice):
    loud = waveglow_checkpoint(FITTING, MEL)
    loud.weights["convinv.0.conv.weight"] /= 1e3
    loud.save(voice / "w.pt")
    waveglow, console = str(voice / "w.pt"), Heard()
    said = say(voice, *TEXTS, asked={"vocoder": waveglow})
    vocoded = vocode(voice, voice / "speech", vocoder=waveglow)
    say(voice, *TEXTS, console=console, asked={"raw": True, "vocoder": waveglow})
    for lines in (said.lines(False), vocoded.lines(False), console.lines):
        assert sum("denoiser" in line for line in lines) == 1


def test_the_command_as_it_is_typed(voice):
    told = run_command(("infer", "A sentence.", "--json", *SHORT), voice)
    rows = [json.loads(line) for line in told.stdout.splitlines()]
    assert told.returncode in (0, 3), told.stderr
    assert rows[0]["id"] == "01-a-sentence"
    assert rows[1]["summary"]["sentences"] == {"in": 1, "done": 1}
    assert "vocoder: Griffin-Lim" in told.stderr
    assert run_command(("infer", "A sentence.", "-q", *SHORT), voice).stderr == ""


def test_raw_sound_is_all_that_stdout_carries(voice):
    command = [sys.executable, "-m", "voiceprep", "infer", "One.", "--raw", *SHORT]
    environment = os.environ | {"PYTHONPATH": str(HERE)}
    told = subprocess.run(command, cwd=voice, env=environment, capture_output=True, check=False)
    assert told.returncode in (0, 3), told.stderr
    assert len(told.stdout) > 0
    assert len(told.stdout) % 512 == 0
    assert b"One." in told.stderr


def test_a_player_that_goes_ends_it_in_order(voice):
    words = " ".join(("infer One. Two. Three. --raw", *SHORT))
    told = subprocess.run(
        f'"{sys.executable}" -m voiceprep {words} | head -c 9',
        shell=True,
        cwd=voice,
        env=os.environ | {"PYTHONPATH": str(HERE)},
        capture_output=True,
        check=False,
    )
    assert len(told.stdout) == 9
    assert told.stderr.decode().splitlines()[-1] == "the player has closed"
