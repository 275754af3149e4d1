"""What is typed after `voiceprep train`, and what it comes to."""

from pathlib import Path

import click
import pytest

from tests.train.test_settings import run
from voiceprep.cli import main
from voiceprep.cli.options import arguments_from, options_of
from voiceprep.cli.table import COMMANDS, Command
from voiceprep.cli.training import rewrite
from voiceprep.commands.train.command import train
from voiceprep.config import preset_names
from voiceprep.errors import UserError
from voiceprep.train.settings import CropConfig
from voiceprep.train.waveglow.config import WaveGlowConfig

OPTIONS = [
    *options_of(run),
    click.Option(["-d", "--dataset"], type=click.Path(path_type=Path), default=Path()),
    click.Argument(["model"]),
]


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rewritten(text):
    return rewrite(text.split(), OPTIONS)[0]


def settings(text):
    context = click.Command("train", params=OPTIONS).make_context("train", rewritten(text))
    return arguments_from(run, context.params)


def test_without_a_checkpoint_the_voice_is_learnt_from_nothing():
    assert rewritten("tacotron2") == ["tacotron2", "--preset", "small"]
    assert "small" in preset_names()


@pytest.mark.parametrize("text", ["--init-from a.pt", "--init-from=a.pt", "--checkpoint-path a.pt"])
def test_with_one_it_is_fine_tuned(text):
    assert rewritten(f"tacotron2 {text}")[-2:] == ["--preset", "finetune-small"]
    assert settings(f"tacotron2 {text}")["schedule"].learning_rate == 1e-4


def test_waveglow_has_recipes_of_its_own():
    assert rewritten("waveglow")[-2:] == ["--preset", "waveglow"]
    assert rewritten("waveglow --init-from a.pt")[-2:] == ["--preset", "waveglow-finetune"]
    assert {"waveglow", "waveglow-finetune"} <= set(preset_names())


def test_a_command_of_the_original_names_its_model_by_a_flag():
    assert rewritten("-m Tacotron2 -o run")[:3] == ["-o", "run", "tacotron2"]
    with pytest.raises(UserError, match="tacotron2 or waveglow: name one"):
        rewritten("tacotron2 -m WaveGlow")


def test_flags_of_waveglow_are_those_of_the_original():
    typed = "-m WaveGlow --segment-length 4000 --sigma 0.8 --wn-channels 512 --flows 10 --groups 4"
    typed += " --early-every 5 --early-size 0 --wn-kernel-size 5 --wn-layers 4 -lr 1e-4 -bs 10"
    words = rewrite(typed.split(), options_of(train))[0]
    context = click.Command("train", params=options_of(train)).make_context("train", words)
    told = arguments_from(train, context.params)
    assert told["crops"] == CropConfig(segment_length=4000, sigma=0.8)
    assert told["waveglow"] == WaveGlowConfig(
        flows=10, groups=4, early_every=5, early_size=0, wn_layers=4, wn_channels=512, wn_kernel=5
    )


@pytest.mark.parametrize(
    ("typed", "flag", "owner", "model"),
    [
        ("tacotron2 --wn-channels 4", "--wn-channels", "waveglow", "tacotron2"),
        ("tacotron2 --sigma=0.5", "--sigma", "waveglow", "tacotron2"),
        ("waveglow --gate-threshold 0.4", "--gate-threshold", "tacotron2", "waveglow"),
        ("waveglow --prenet-dim 256", "--prenet-dim", "tacotron2", "waveglow"),
        ("-m WaveGlow --mask-padding true", "--mask-padding", "tacotron2", "waveglow"),
        ("tacotron2 --set waveglow.flows=3", "--set waveglow.flows=3", "waveglow", "tacotron2"),
        ("waveglow --set=infer.max_frames=9", "--set infer.max_frames=9", "tacotron2", "waveglow"),
    ],
)
def test_a_flag_of_another_model_is_refused_by_name(typed, flag, owner, model):
    with pytest.raises(UserError) as caught:
        rewrite(typed.split(), options_of(train))
    assert str(caught.value) == f"{flag} is an option of {owner}, not of {model}"


def test_a_typed_preset_stays():
    assert rewritten("tacotron2 --preset tiny") == ["tacotron2", "--preset", "tiny"]
    assert rewritten("tacotron2 --init-from a.pt --preset nv").count("--preset") == 1


@pytest.mark.parametrize(
    ("text", "folder"),
    [
        ("tacotron2", "output/tacotron2"),
        ("tacotron2 -d voice", "voice/output/tacotron2"),
        ("-dvoice tacotron2", "voice/output/tacotron2"),
        ("tacotron2 -o run", "run"),
        ("tacotron2 --resume -o run", "run"),
        ("tacotron2 --resume last -o run", "run"),
        ("tacotron2 --resume run/checkpoints/step_5.pt", "run"),
        ("tacotron2 --resume run/last.pt", "run"),
        ("tacotron2 --resume-from-last -o run", "run"),
        ("tacotron2 -c run/last.pt", "run"),
    ],
)
def test_a_run_goes_on_with_its_own_settings(here, text, folder):
    ran = here / folder / "settings.toml"
    ran.parent.mkdir(parents=True)
    ran.write_text("[train]\nbatch_size = 5\n")
    assert settings(text)["train"].batch_size == 5
    assert settings(f"{text} -bs 7")["train"].batch_size == 7
    (*_, note) = rewrite(text.split(), OPTIONS)[1]
    assert note.startswith(f"the settings are those of {folder}/settings.toml")


def test_a_checkpoint_is_the_same_however_its_path_is_typed(here):
    folder = here / "run"
    folder.mkdir()
    (folder / "settings.toml").write_text("[train]\nbatch_size = 5\n")
    (here / "elsewhere").mkdir()
    (here / "elsewhere" / "link.pt").symlink_to(folder / "half.pt")
    paths = ("run/half.pt", "./run/half.pt", "run//half.pt", "elsewhere/../run/half.pt")
    for path in (*paths, here / "run" / "half.pt", here / "elsewhere" / "link.pt"):
        assert settings(f"tacotron2 --resume {path}")["train"].batch_size == 5
    for path in (*paths, here / "run" / "half.pt"):
        typed = rewritten(f"tacotron2 -o ./run --checkpoint-path {path}")
        assert "--resume" in typed and "--init-from" not in typed


def test_a_run_begun_anew_does_not(here):
    ran = here / "run" / "settings.toml"
    ran.parent.mkdir()
    ran.write_text("[train]\nbatch_size = 5\n")
    for text in ("tacotron2 -o run --resume no", "tacotron2 -o run --init-from a.pt"):
        assert settings(text)["train"].batch_size == 16


def test_of_epochs_and_steps_the_typed_one_decides():
    assert settings("tacotron2 --preset nv --steps 7")["train"].epochs == 0
    assert settings("tacotron2 --preset nv --steps=7")["train"].steps == 7
    assert settings("tacotron2 --epochs 7")["train"].epochs == 7
    assert settings("tacotron2 --epochs 7 --steps 9")["train"].epochs == 7


def test_a_typed_batch_size_decides_over_a_frame_budget(here):
    (here / "voiceprep.toml").write_text("[train]\nbatch_frames = 9000\n")
    assert settings("tacotron2")["train"].batch_frames == 9000
    assert settings("tacotron2 -bs 3")["train"].batch_frames == 0
    assert settings("tacotron2 -bs 3 --batch-frames 50")["train"].batch_frames == 50


def test_typed_drops_of_the_learning_rate_are_made():
    schedule = settings("tacotron2 --anneal-steps 500 1000 1500")["schedule"]
    assert (schedule.rule, schedule.anneal_steps) == ("anneal", (500, 1000, 1500))
    assert settings("tacotron2 --anneal-steps 5 --schedule cosine")["schedule"].rule == "cosine"


def test_the_command_of_a_fine_tuning_gives_its_settings():
    told = settings(
        "tacotron2 -m Tacotron2 -o ./output/ -lr 1e-3 --epochs 6002 -bs 48 --weight-decay 1e-6 "
        "--grad-clip-thresh 1.0 --cudnn-enabled --log-file nvlog.json "
        "--anneal-steps 500 1000 1500 --anneal-factor 0.1 --amp-run "
        "--checkpoint-path /pretrained/tacotron2_6000_amp --use-saved-learning-rate true"
    )
    train, schedule = told["train"], told["schedule"]
    assert (train.epochs, train.batch_size, train.precision) == (6002, 48, "fp16")
    assert (schedule.learning_rate, schedule.anneal_factor) == (1e-3, 0.1)
    assert schedule.use_saved
    assert not schedule.absolute
    assert told["start"].init_from == "/pretrained/tacotron2_6000_amp"
    assert told["start"].output == "./output/"


def test_what_follows_two_dashes_stays_last():
    assert rewritten("-n -- tacotron2") == ["-n", "--preset", "small", "--", "tacotron2"]


def test_the_help_is_only_the_help():
    assert rewrite(["--help"], [*OPTIONS, click.Option(["--help"], is_flag=True)])[0] == ["--help"]


def test_a_rewritten_command_tells_its_notes_and_knows_its_own_help(monkeypatch, capsys):
    row = Command("tests.train.test_settings", "run", "h", "voiceprep.cli.training:rewrite")
    monkeypatch.setitem(COMMANDS, "learn", row)
    command = main.load_command("learn")
    context = command.make_context("learn", ["--cudnn-enabled", "--anneal-steps", "3", "6"])
    assert context.params["anneal_steps"] == (3, 6)
    (note,) = context.meta[main.NOTES]
    assert note.startswith("--cudnn-enabled")
    with pytest.raises(click.exceptions.Exit):
        command.make_context("learn", ["--help"])
    assert "--gate-threshold" in capsys.readouterr().out
    with pytest.raises(UserError, match="'--gate-threshold'"):
        command.make_context("learn", ["--gate-thresold", "3"])
