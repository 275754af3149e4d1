"""Options that have no effect beside the others are told so, and no others are."""

from pathlib import Path

import pytest

from voiceprep.cli.ignored import ignored_lines
from voiceprep.cli.main import command_function, load_command
from voiceprep.cli.options import arguments_from, typed_settings


def ignored(*words):
    """The options of a typed command that are told to have no effect."""
    name, *words = words
    with load_command(name).make_context(name, list(words)) as context:
        given = context.params
    function = command_function(name)
    lines = ignored_lines(name, arguments_from(function, given), typed_settings(function, given))
    assert all(" is ignored: " in line for line in lines)
    return [line.partition(" is ignored: ")[0] for line in lines]


@pytest.mark.parametrize(
    ("typed", "without_effect"),
    [
        ("prepare a --method sox --noise n.wav", ["--method", "--noise"]),
        ("prepare a --no-trim --lead 0.1 --set trim.fade_seconds=0",
         ["--lead", "--set trim.fade_seconds"]),
        ("prepare a --no-loudness --peak -2", ["--peak"]),
        ("loudness a b --print-stats -f", ["TARGET", "--force"]),
        ("loudness a --print-stats --target -20", ["--target"]),
        ("filelist --metadata no --cleaner basic_cleaners", ["--cleaner"]),
        ("filelist --metadata no --encoding cp1251", ["--encoding"]),
        ("filelist --metadata no --frontend espeak --language fr --set text.stress=false",
         ["--frontend", "--language", "--set text.stress"]),
        ("filelist --frontend characters --cleaner basic_cleaners --symbols abc", ["--cleaner"]),
        ("report --language fr --variant kana --pronunciations a",
         ["--pronunciations", "--language", "--variant"]),
        ("text a --frontend ko --variant written --symbols abc", ["--symbols"]),
        ("report --false-alarms 0.1", ["--false-alarms"]),
        ("report --self-test --minutes 3 --fail-on warn", ["--minutes", "--fail-on"]),
        ("checkpoint inspect a.pt --to dle -f", ["--to", "--force"]),
        ("checkpoint convert a.pt b.pt --onnx", ["--onnx"]),
        ("train tacotron2 --steps 5 --epochs 3", ["--steps"]),
        ("train tacotron2 --batch-size 4 --batch-frames 900", ["--batch-size"]),
        ("train tacotron2 --anneal-steps 5 --schedule cosine", ["--anneal-steps"]),
        ("train tacotron2 --schedule constant --final-learning-rate 1e-6",
         ["--final-learning-rate"]),
        ("train tacotron2 --guided-attention 0 --set loss.guided_sigma=0.3",
         ["--set loss.guided_sigma"]),
        ("train tacotron2 --set loss.reduction=padded --set loss.gate_tail=8",
         ["--set loss.gate_tail"]),
        ("train tacotron2 --preflight --learning-rate 1e-4", ["--learning-rate"]),
        ("train waveglow --source wavs --cleaner basic_cleaners", ["--source", "--cleaner"]),
        ("train waveglow --frontend characters --symbols abc", ["--frontend", "--symbols"]),
        ("infer hello --vocoder no --sigma 0.5 --denoiser 0", ["--sigma", "--denoiser"]),
        ("infer hello --vocoder waveglow.pt --iterations 60", ["--iterations"]),
        ("infer --vocode mels --gate-threshold 0.3 --pause 1", ["--gate-threshold", "--pause"]),
        ("infer hello --raw -bs 4 -o out", ["--output", "--batch-size"]),
        ("infer hello --set mel.fmax_hz=7000", ["--set mel.fmax_hz"]),
        ("infer hello --seed 3 --set infer.seed=4", ["--set infer.seed"]),
        ("infer-stats --max-steps 9 --max-decoder-steps 100", ["--max-decoder-steps"]),
        ("infer-stats --vocode-worst 0 --vocoder no --sigma 0.5", ["--vocoder", "--sigma"]),
    ],
)  # fmt: skip
def test_an_option_without_an_effect_is_told_so(typed, without_effect, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert sorted(ignored(*typed.split())) == sorted(without_effect)


@pytest.mark.parametrize(
    "typed",
    [
        "prepare a --denoise --strength 0.5",
        "prepare a --plan plan.jsonl --no-trim --lead 0.1",
        "loudness a b --target -20 -f",
        "report --self-test --false-alarms 0.1",
        "checkpoint convert a.pt b.pt --to dle -f",
        "train tacotron2 --steps 5 --batch-size 4 --schedule cosine --final-learning-rate 1e-6",
        "train tacotron2 --anneal-steps 5 --guided-attention 1 --set loss.guided_sigma=0.3",
        "train waveglow --sigma 0.7",
        "infer hello --vocoder no --iterations 60 --seed 3 -bs 4",
        "infer --vocode mels --seed 4 --set mel.fmax_hz=7000",
        "infer-stats --vocode-worst 2 --vocoder waveglow.pt --sigma 0.5 --max-steps 9",
    ],
)
def test_an_option_with_an_effect_is_not(typed, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert ignored(*typed.split()) == []


def test_only_what_was_typed_is_told(tmp_path):
    (tmp_path / "voiceprep.toml").write_text("[schedule]\nfinal_learning_rate = 1e-6\n")
    assert ignored("train", "tacotron2", "-d", str(Path(tmp_path)), "--schedule", "constant") == []
