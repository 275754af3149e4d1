"""Speaking from the command: from sentences to wavs, pictures and arrays, and to a player."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict, replace

import numpy as np
import pytest
import soundfile
import torch

from tests.conftest import HERE
from tests.forked import run_command
from tests.train.made import TINY
from tests.train.tacotron2.test_infer import restless_model
from tests.train.vocoding import FITTING, made_mel, waveglow_checkpoint
from voiceprep.audio.mel import MelConfig
from voiceprep.batch.run import WriteConfig
from voiceprep.commands.infer.command import infer
from voiceprep.errors import CheckpointError, SettingError, TableError, TargetError, UserError
from voiceprep.train.checkpoints.checkpoint import Checkpoint
from voiceprep.train.frontend import FrontendConfig
from voiceprep.train.settings import InferConfig, SpeakConfig, SpeechConfig, VocoderConfig

MEL = MelConfig()
INFER = InferConfig(max_frames=40, saturation_frames=0)
SPEECH = SpeechConfig(precision="fp32", device="cpu")
FORCE = WriteConfig(force=True)
TEXTS = ("One and two.", "Three, four and five.")
NAMES = ("01-one-and-two", "02-three-four-and-five")


def save_voice(folder, mel=MEL, name="best.pt", **changes):
    config = replace(TINY, mel_channels=mel.mel_channels)
    weights = restless_model(mel_channels=mel.mel_channels).state_dict()
    folder.mkdir(parents=True, exist_ok=True)
    Checkpoint("tacotron2", asdict(config), FrontendConfig(mel=mel), weights | changes).save(
        folder / name
    )
    return folder / name


@pytest.fixture
def voice(tmp_path):
    """A dataset with a trained voice."""
    save_voice(tmp_path / "output" / "tacotron2")
    return tmp_path


class Heard:
    def __init__(self):
        self.lines = []

    def print(self, line):
        self.lines.append(line)

    def advance(self, *facts):
        pass


def say(dataset, *texts, console=None, asked=None, **changes):
    settings = {"infer": INFER, "speech": SPEECH} | changes
    asked = SpeakConfig(**(asked or {}))
    return infer(texts, dataset, asked, console=console or Heard(), **settings)


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


def test_a_list_keeps_its_order_and_its_names(voice, tmp_path):
    (tmp_path / "list.txt").write_text("z|One.\n\na|Two.\n")
    result = say(voice, asked={"input": str(tmp_path / "list.txt"), "output": str(tmp_path / "x")})
    assert [row.id for row in result.outcomes] == ["z", "a"]
    assert any("number 2 is blank" in line for line in result.lines(False))
    assert sorted(path.name for path in (tmp_path / "x").glob("*.wav")) == ["a.wav", "z.wav"]
    summary = [*result.rows()][-1]["summary"]
    assert summary["sentences"] == {"in": 2, "done": 2}


@pytest.mark.parametrize("text", ["", "\n  \n", "a|One.\na|Two.\n", "a|b|c\n"])
def test_a_list_of_no_use_ends_at_once(voice, tmp_path, text):
    (tmp_path / "list.txt").write_text(text)
    with pytest.raises(UserError if not text.strip() else TableError):
        say(voice, asked={"input": str(tmp_path / "list.txt")})
    assert not (voice / "speech").exists()


def test_what_does_not_stop_is_told_with_advice_and_the_exit_code(voice):
    endless = replace(INFER, gate_threshold=0.999999)
    result = say(voice, "One and two.", infer=endless)
    assert result.exit_code == 3
    told = "\n".join(result.lines(False))
    assert "did not stop, cut off at 40 frames" in told
    assert "1 of 1 did not stop by themselves" in told
    assert say(voice, "One and two.", infer=endless).exit_code == 3


def test_nothing_to_hear_fails_alone(voice):
    result = say(voice, "\x07", "One.")
    assert [row.status for row in result.outcomes] == ["failed", "done"]
    assert result.outcomes[0].why.startswith("nothing in it can be spoken; no symbol for")
    assert result.exit_code == 3


def test_a_long_text_has_a_picture_of_each_part(voice):
    speech = replace(SPEECH, longest_text=20)
    asked = {"input": str(voice / "list.txt")}
    (voice / "list.txt").write_text("a|One and two and so on. Three and four. Five and six.\n")
    say(voice, asked=asked, speech=speech)
    pictures = sorted(path.name for path in (voice / "speech").glob("*.png"))
    assert pictures == [f"a.part-{number}.png" for number in range(1, 4)]
    (voice / "list.txt").write_text("a|One and two.\n")
    say(voice, asked=asked, speech=speech)
    assert [path.name for path in (voice / "speech").glob("*.png")] == ["a.png"]


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
    with pytest.raises(CheckpointError, match="no such file"):
        say(voice, "One.", asked={"acoustic": "nothing.pt"})
    with pytest.raises(CheckpointError, match=r"holds a tacotron2 .*, not a waveglow"):
        say(voice, "One.", asked={"vocoder": best})
    waveglow_checkpoint(FITTING, MEL).save(tmp_path / "w.pt")
    with pytest.raises(CheckpointError, match=r"holds a waveglow .*, not a tacotron2"):
        say(voice, "One.", asked={"acoustic": str(tmp_path / "w.pt")})
    save_voice(tmp_path, replace(MEL, fmax_hz=7000.0), "low.pt")
    both = {"acoustic": str(tmp_path / "low.pt"), "vocoder": str(tmp_path / "w.pt")}
    with pytest.raises(UserError, match=r"fmax_hz 7000\.0, not 8000\.0"):
        say(voice, "One.", asked=both)
    with pytest.raises(UserError, match="nothing to say"):
        say(voice)
    with pytest.raises(UserError, match="not both"):
        say(voice, "One.", asked={"input": "list.txt"})
    with pytest.raises(SettingError, match="--vocode makes sound of existing mels"):
        SpeakConfig(vocode="mels", raw=True)


def test_weights_that_are_not_finite_are_refused(voice):
    broken = {"embedding.weight": torch.full((148, TINY.symbol_dim), torch.nan)}
    save_voice(voice / "output" / "tacotron2", **broken)
    with pytest.raises(
        CheckpointError, match=r"embedding\.weight is the first of its weights that are not finite"
    ):
        say(voice, "One.")


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
        raise UserError("no place for sound")

    console = Heard()
    with pytest.raises(UserError, match="no place for sound"):
        infer(TEXTS, voice, SpeakConfig(raw=True), INFER, SPEECH, console=console, player=player)
    assert len(console.lines) == 1


def vocode(voice, source, **asked):
    asked = {"vocode": str(source), "output": str(voice / "vocoded")} | asked
    return say(voice, asked=asked, vocoder=VocoderConfig(iterations=2))


def test_mels_of_every_kind_become_wavs(voice):
    mels = voice / "mels"
    mels.mkdir()
    np.save(mels / "a.npy", made_mel(20, 80))
    torch.save(torch.from_numpy(made_mel(20, 80)[None]), mels / "b.pt")
    np.savez(mels / "c.npz", mel=made_mel(20, 80))
    np.save(mels / "d.npy", made_mel(20, 64))
    (mels / "e.npz").write_bytes(b"nothing")
    result = vocode(voice, mels)
    assert [(row.id, row.status) for row in result.outcomes] == [
        ("a", "done"),
        ("b", "done"),
        ("c", "done"),
        ("d", "quarantined"),
        ("e", "failed"),
    ]
    assert "shape (64, 20), not (80, frames)" in result.outcomes[3].why
    assert result.exit_code == 3
    wavs = [(voice / "vocoded" / f"{name}.wav").read_bytes() for name in "abc"]
    assert wavs[0][:2000] == wavs[1][:2000] == wavs[2][:2000]
    assert soundfile.info(voice / "vocoded" / "a.wav").frames == 20 * 256


def test_what_was_said_can_be_vocoded(voice):
    say(voice, *TEXTS)
    waveglow_checkpoint(FITTING, MEL).save(voice / "w.pt")
    result = vocode(voice, voice / "speech", vocoder=str(voice / "w.pt"))
    assert [row.id for row in result.outcomes] == list(NAMES)


def test_a_vocoder_whose_hum_is_none_is_told_of_once(voice):
    loud = waveglow_checkpoint(FITTING, MEL)
    loud.weights["convinv.0.conv.weight"] /= 1e3
    loud.save(voice / "w.pt")
    waveglow, console = str(voice / "w.pt"), Heard()
    said = say(voice, *TEXTS, asked={"vocoder": waveglow})
    vocoded = vocode(voice, voice / "speech", vocoder=waveglow)
    say(voice, *TEXTS, console=console, asked={"raw": True, "vocoder": waveglow})
    for lines in (said.lines(False), vocoded.lines(False), console.lines):
        assert sum("the denoiser is left out" in line for line in lines) == 1


def test_mels_of_other_settings_are_refused_with_the_difference(voice):
    mels = voice / "mels"
    mels.mkdir()
    np.save(mels / "a.npy", made_mel(20, 80))
    (mels / "mel.toml").write_text("[mel]\nrate = 16000\n")
    waveglow_checkpoint(FITTING, MEL).save(voice / "w.pt")
    with pytest.raises(UserError, match="made with rate 16000, not 22050"):
        vocode(voice, mels, vocoder=str(voice / "w.pt"))
    vocode(voice, mels)
    assert soundfile.info(voice / "vocoded" / "a.wav").samplerate == 16000


def test_mels_that_share_a_name_or_are_not_there(voice):
    mels = voice / "mels"
    mels.mkdir()
    with pytest.raises(UserError, match="holds no mel"):
        vocode(voice, mels)
    with pytest.raises(UserError, match="no such file"):
        vocode(voice, voice / "nothing")
    with pytest.raises(TargetError, match="not overwritten"):
        vocode(voice, mels, output=str(mels))
    np.save(mels / "a.npy", made_mel(20, 80))
    np.savez(mels / "a.npz", mel=made_mel(20, 80))
    result = vocode(voice, mels)
    assert [row.why for row in result.outcomes] == [
        "its id is also that of a.npz; rename one of them",
        "its id is also that of a.npy; rename one of them",
    ]


def test_archives_of_no_use_are_told_one_by_one(voice):
    mels = voice / "mels"
    mels.mkdir()
    np.savez(mels / "a.npz", mel=np.full((80, 3), "x"))
    np.savez(mels / "b.npz", other=made_mel(20, 80))
    np.savez(mels / "c.npz", mel=made_mel(20, 80).astype(complex))
    np.save(mels / "d.npy", made_mel(20, 80))
    (mels / "d.npy").rename(mels / "d.npz")
    result = vocode(voice, mels)
    assert [row.status for row in result.outcomes] == [
        "quarantined",
        "failed",
        "quarantined",
        "failed",
    ]
    assert not any("mistake" in row.why for row in result.outcomes)


@pytest.mark.filterwarnings("error")
def test_a_mel_that_is_read_where_it_lies_is_sounded_without_a_warning(voice):
    (voice / "mels").mkdir()
    np.save(voice / "mels" / "a.npy", made_mel(20, 80))
    waveglow_checkpoint(FITTING, MEL).save(voice / "w.pt")
    assert vocode(voice, voice / "mels", vocoder=str(voice / "w.pt")).exit_code == 0


def test_texts_that_were_said_and_mels_may_share_a_folder_but_no_name(voice):
    mels, speech = voice / "mels", str(voice / "speech")
    mels.mkdir()
    np.save(mels / "a.npy", made_mel(20, 80))
    say(voice, *TEXTS)
    said = (voice / "speech" / f"{NAMES[0]}.wav").read_bytes()
    assert vocode(voice, mels, output=speech).exit_code == 0
    np.save(mels / f"{NAMES[0]}.npy", made_mel(20, 80))
    taken = vocode(voice, mels, output=speech).outcomes[0]
    assert "taken by synthesised speech; name another target" in taken.why
    assert (voice / "speech" / f"{NAMES[0]}.wav").read_bytes() == said
    assert [row.status for row in say(voice, *TEXTS).outcomes] == ["skipped", "skipped"]
    vocoded = (voice / "speech" / "a.wav").read_bytes()
    (voice / "list.txt").write_text("a|One.\n")
    with pytest.raises(TargetError, match=r"for a text, 1 in all \(a\.wav\): name another -o"):
        say(voice, asked={"input": str(voice / "list.txt")})
    assert (voice / "speech" / "a.wav").read_bytes() == vocoded
    forced = say(voice, asked={"input": str(voice / "list.txt")}, write=FORCE)
    assert forced.outcomes[0].status == "done"


@pytest.mark.parametrize("told", ["mel = 3\n", "[mel]\nforce = 1\n", "[mel"])
def test_settings_of_mels_that_are_none_are_named(voice, told):
    mels = voice / "mels"
    mels.mkdir()
    np.save(mels / "a.npy", made_mel(20, 80))
    (mels / "mel.toml").write_text(told)
    with pytest.raises(SettingError, match=r"mel\.toml: "):
        vocode(voice, mels)


def test_what_cannot_be_shown_is_told_escaped(voice):
    result = say(voice, "One \x1b[31m two.")
    assert "\x1b" not in "\n".join(result.lines(True))
    assert r"\x1b" in "\n".join(result.lines(True))


SHORT = ("--set", "infer.max_frames=40")


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
    assert b"not tried: interrupted" in output
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
    with pytest.raises(TargetError, match="cannot be written to"):
        say(voice, "One.")


def test_a_full_disk_ends_the_run_and_is_told(voice, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("voiceprep.commands.infer.output.write_sound", full)
    result = say(voice, *TEXTS)
    assert [row.why for row in result.outcomes] == [
        "no space left on device",
        f"not tried: no space left on device in {voice / 'speech'}",
    ]
    assert result.exit_code == 3
    assert not list((voice / "speech").glob("*.wav"))
