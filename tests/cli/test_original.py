"""The flags of the original scripts, as their users type them."""

import json
from pathlib import Path

import pytest

from tests.train.test_settings import run
from voiceprep.cli.options import options_of
from voiceprep.cli.original import expand, own_flags, translate
from voiceprep.errors import SourceError, UserError


def split(text):
    return text.split()


OWN = own_flags(options_of(run)) | {"-d": "value", "--dataset": "value"}


def translated(*words):
    return translate(expand(words, lambda _: '{"audio": {"mel-fmax": 8000.0}}'), OWN)


def test_the_hparams_go_together():
    text = "batch_size=8, ignore_layers=['a.weight', 'b.bias'],fp16_run=True,learning_rate=2e-4"
    assert translated("--hparams", text).ours == [
        *("--batch-size", "8", "--ignore-layers", "a.weight,b.bias"),
        *("--precision", "fp16", "--learning-rate", "2e-4"),
    ]


@pytest.mark.parametrize("text", ["epochs", "epochs=1;seed=2=3 4,x", "=3", "a=[1,2"])
def test_hparams_that_cannot_be_read_are_told(text):
    with pytest.raises(UserError):
        translated("--hparams", text)


# ------------------------------------------------- whole commands, as in notes and documentation


def test_the_command_of_a_fine_tuning():
    found = translated(
        *split(
            "tacotron2 -m Tacotron2 -o ./output/ -lr 1e-3 --epochs 6002 -bs 48 --weight-decay 1e-6 "
            "--grad-clip-thresh 1.0 --cudnn-enabled --log-file nvlog.json --anneal-steps 500 1000 "
            "1500 --anneal-factor 0.1 --amp-run --checkpoint-path /pretrained/tacotron2_6000_amp "
            "--use-saved-learning-rate true"
        )
    )
    assert found.ours == [
        *("tacotron2", "-o", "./output/", "-lr", "1e-3", "--epochs", "6002", "-bs", "48"),
        *("--weight-decay", "1e-6", "--grad-clip-thresh", "1.0"),
        *("--anneal-steps", "500,1000,1500", "--anneal-factor", "0.1", "--precision", "fp16"),
        *("--set", "schedule.use_saved=true", "--init-from", "/pretrained/tacotron2_6000_amp"),
    ]
    told = [note.split()[0] for note in found.notes]
    assert told == ["--cudnn-enabled", "--log-file", "--amp-run", "--checkpoint-path"]


def test_the_command_of_a_benchmark():
    found = translated(
        *split(
            "-m Tacotron2 -o out -lr 1e-3 --epochs 10 -bs 48 --weight-decay 1e-6 --cudnn-enabled "
            "--grad-clip-thresh 1.0 --log-file nvlog.json --load-mel-from-disk "
            "--training-files=filelists/train.txt --validation-files=filelists/val.txt "
            "--dataset-path LJSpeech-1.1 --amp"
        )
    )
    assert found.ours == [
        *("-o", "out", "-lr", "1e-3", "--epochs", "10", "-bs", "48", "--weight-decay", "1e-6"),
        *("--grad-clip-thresh", "1.0", "--source", "mels"),
        *("--training-files", "filelists/train.txt"),
        *("--validation-files", "filelists/val.txt", "--dataset", "LJSpeech-1.1"),
        *("--precision", "fp16"),
    ]


def test_the_command_of_a_warm_start():
    words = ["-o", "outdir", "-l", "logdir", "-c", "tacotron2_statedict.pt", "--warm_start"]
    found = translated(*words)
    assert found.ours == [
        *("-o", "outdir", "--ignore-layers", "embedding.weight"),
        *("--init-from", "tacotron2_statedict.pt"),
    ]
    kept = translated(*words, "--hparams", "ignore_layers=[]")
    assert kept.ours[-4:] == ["--ignore-layers", "", "--init-from", "tacotron2_statedict.pt"]


# ------------------------------------------------------------------------------- the single flags


@pytest.mark.parametrize(
    ("words", "start"),
    [
        ("--checkpoint-path a/b.pt", ["--init-from", "a/b.pt"]),
        ("--checkpoint-path out/b.pt -o out/", ["--resume", "out/b.pt"]),
        ("--checkpoint_path out/b", ["--resume", "out/b"]),
        ("-c out/b", ["--resume", "out/b"]),
        ("--checkpoint-path=", []),
        ("--resume-from-last", ["--resume", "last"]),
    ],
)
def test_a_checkpoint_begins_a_run_or_continues_one(words, start):
    found = translated(*words.split()).ours
    assert found[-2:] == start or found == start


def test_a_warm_start_needs_a_checkpoint():
    with pytest.raises(UserError, match="--warm_start: name the checkpoint"):
        translated("--warm_start")


def test_the_model_is_named_as_there():
    assert translated("-m", "WaveGlow").model == "waveglow"
    assert translated("--model-name=Tacotron2").model == "tacotron2"
    with pytest.raises(UserError, match=r"^-m FastPitch: "):
        translated("-m", "FastPitch")


def test_several_epochs_may_stand_anywhere():
    assert translated("--anneal-steps", "5", "10", "tacotron2").ours == [
        *("--anneal-steps", "5,10", "tacotron2")
    ]
    assert translated("--anneal-steps=5,10").ours == ["--anneal-steps", "5,10"]
    with pytest.raises(UserError, match="--anneal-steps needs"):
        translated("--anneal-steps", "--amp")


@pytest.mark.parametrize(
    ("word", "named"),
    [
        ("--anneal-step", "'--anneal-steps'"),
        ("--gate-treshold", "'--gate-threshold'"),
        ("--mel_fmax", "'--mel-fmax'"),
        ("--zzzz", "--help"),
        ("-bz", "'-bs'"),
    ],
)
def test_an_unknown_flag_is_an_error_that_names_the_nearest(word, named):
    with pytest.raises(UserError) as caught:
        translated(word, "3")
    assert str(caught.value).startswith(f"there is no option {word}: ")
    assert named in str(caught.value)


def test_a_flag_without_its_value_is_told():
    for flag in ("--mel-fmax", "--epochs", "-c", "--hparams"):
        with pytest.raises(UserError, match=f"{flag} needs a value"):
            translated(flag)


def test_one_size_cannot_be_two():
    words = ["--symbols-embedding-dim", "256", "--encoder-embedding-dim"]
    assert translated(*words, "256").ours[-1] == "tacotron2.symbol_dim=256"
    with pytest.raises(UserError, match="symbol_dim to 256"):
        translated(*words, "512")
    again = translated("--mel-fmax", "7000", "--mel-fmax", "8000")
    assert again.ours[-1] == "mel.fmax_hz=8000"


def test_our_own_options_stay_as_they_are():
    words = ["tacotron2", "--precision", "bf16", "--resume", "--preset=tiny", "-dvoice", "-n"]
    assert translated(*words).ours == [
        *("tacotron2", "--precision", "bf16", "--resume", "--preset", "tiny", "-dvoice", "-n")
    ]
    assert translated("--", "--amp").after == ["--", "--amp"]


# ------------------------------------------------------------------------------------------ files


def in_file(held, *words):
    return translate(expand(words, lambda _: json.dumps(held)), OWN)


def test_a_configuration_file_stands_for_its_flags():
    held = {"train": {"anneal-steps": [500, 1000], "amp": True, "cudnn-enabled": True}}
    held |= {"audio": {"mel-fmax": 7000.0, "load_mel_from_disk": False}}
    found = in_file(held, "--config-file", "config.json", "--mel-fmax", "8000")
    assert found.ours == [
        *("--anneal-steps", "500,1000", "--precision", "fp16"),
        *("--set", "mel.fmax_hz=7000.0", "--source", "wavs", "--set", "mel.fmax_hz=8000"),
    ]
    assert in_file({"train": {"amp": False}}, "--config-file=c.json").ours == []


@pytest.mark.parametrize("text", ["", "{", "[]", '{"audio": 3}', "[" * 100_000])
def test_a_configuration_file_that_is_none_is_named(text):
    with pytest.raises(SourceError, match=r"^config\.json: "):
        expand(["--config-file", "config.json"], lambda _: text)


def test_a_configuration_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SourceError, match=r"none\.json: "):
        expand(["--config-file", str(tmp_path / "none.json")], Path.read_text)
