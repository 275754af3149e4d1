"""Existing mels become wavs: of every kind, and each with its own outcome."""

import zipfile

import numpy as np
import pytest
import soundfile
import torch

from tests.commands.infer.made import (
    FORCE,
    MEL,
    NAMES,
    TEXTS,
    say,
    vocode,
)
from tests.train.made_pickles import as_zip, tensor
from tests.train.vocoding import FITTING, made_mel, waveglow_checkpoint
from voiceprep.errors import OutOfMemory, SettingError, SourceError, TargetError, UserError
from voiceprep.train.settings import SpeechConfig
from voiceprep.train.speech.griffin_lim import GriffinLim


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
    assert "(64, 20)" in result.outcomes[3].why
    assert result.exit_code == 3
    wavs = [(voice / "vocoded" / f"{name}.wav").read_bytes() for name in "abc"]
    assert wavs[0][:2000] == wavs[1][:2000] == wavs[2][:2000]
    assert soundfile.info(voice / "vocoded" / "a.wav").frames == 20 * 256


def test_a_broken_mel_leaves_the_others_alone(voice):
    mels = voice / "mels"
    mels.mkdir()
    header = b"{'descr': '<f4', 'shape': ("
    (mels / "a.npy").write_bytes(b"\x93NUMPY\1\0" + bytes([len(header), 0]) + header)
    with zipfile.ZipFile(mels / "b.npz", "w") as made:
        made.writestr("mel.npy", (mels / "a.npy").read_bytes())
    as_zip(mels / "c.pt", tensor(4, (80, 2**31), (0, 0)), {"0": bytes(16)})
    np.save(mels / "d.npy", made_mel(20, 80))
    result = vocode(voice, mels)
    assert [row.status for row in result.outcomes] == ["failed", "failed", "failed", "done"]
    assert not any("\n" in row.why for row in result.outcomes)
    assert result.exit_code == 3


def test_what_was_said_can_be_vocoded(voice):
    say(voice, *TEXTS)
    waveglow_checkpoint(FITTING, MEL).save(voice / "w.pt")
    result = vocode(voice, voice / "speech", vocoder=str(voice / "w.pt"))
    assert [row.id for row in result.outcomes] == list(NAMES)


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
    for folder, why in ((mels, "holds no mel"), (voice / "nothing", "no such file or folder")):
        with pytest.raises(SourceError, match=why) as missing:
            vocode(voice, folder)
        assert missing.value.path == folder
    with pytest.raises(TargetError, match="not overwritten") as caught:
        vocode(voice, mels, output=str(mels))
    assert caught.value.path == mels
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
    assert taken.status == "quarantined"
    assert "synthesised speech" in taken.why
    assert (voice / "speech" / f"{NAMES[0]}.wav").read_bytes() == said
    assert [row.status for row in say(voice, *TEXTS).outcomes] == ["skipped", "skipped"]
    vocoded = (voice / "speech" / "a.wav").read_bytes()
    (voice / "list.txt").write_text("a|One.\n")
    with pytest.raises(TargetError, match=r"a\.wav"):
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


def test_the_precision_that_mels_are_vocoded_in_is_noted(voice):
    np.save(voice / "a.npy", made_mel(20, 80))
    waveglow_checkpoint(FITTING, MEL).save(voice / "w.pt")
    asked = {"vocode": str(voice / "a.npy"), "vocoder": str(voice / "w.pt")}
    result = say(voice, asked=asked, speech=SpeechConfig(device="cpu", precision="fp16"))
    assert [row.status for row in result.outcomes] == ["done"]
    assert len([note for note in result.notes if "fp16" in note]) == 1


def test_a_missing_wav_is_made_again_with_the_same_bytes(voice):
    mels = voice / "mels"
    mels.mkdir()
    waveglow_checkpoint(FITTING, MEL).save(voice / "w.pt")
    for number in range(3):
        np.save(mels / f"{number}.npy", made_mel(20 + number, 80))
    for vocoder in (str(voice / "w.pt"), "no"):
        vocode(voice, mels, vocoder=vocoder)
        before = {path.name: path.read_bytes() for path in (voice / "vocoded").iterdir()}
        (voice / "vocoded" / "1.wav").unlink()
        result = vocode(voice, mels, vocoder=vocoder)
        assert [row.status for row in result.outcomes] == ["skipped", "done", "skipped"]
        assert {path.name: path.read_bytes() for path in (voice / "vocoded").iterdir()} == before


def test_a_mel_that_does_not_fit_into_memory_ends_the_command(voice, monkeypatch):
    mels = voice / "mels"
    mels.mkdir()
    np.save(mels / "a.npy", made_mel(20, 80))

    def full(*_):
        raise MemoryError

    monkeypatch.setattr(GriffinLim, "__call__", full)
    with pytest.raises(OutOfMemory) as caught:
        vocode(voice, mels)
    assert caught.value.advice == "lower --chunk-seconds"
