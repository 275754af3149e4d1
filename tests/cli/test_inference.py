"""What is typed after `voiceprep infer`, and what it comes to."""

import json
import re
import shlex

import pytest

from tests.commands.infer.made import save_voice
from tests.conftest import HERE
from tests.train.vocoding import FITTING, waveglow_checkpoint
from voiceprep.audio.mel import MelConfig
from voiceprep.cli.inference import rewrite
from voiceprep.cli.main import root
from voiceprep.cli.options import options_of
from voiceprep.cli.original import own_flags
from voiceprep.cli.original_flags import INFERENCE
from voiceprep.commands.infer.command import infer
from voiceprep.errors import UserError

OPTIONS = options_of(infer)
OWN = own_flags(OPTIONS)
MODELS = "--tacotron2 t2 --waveglow wg"
# Every flag of DeepLearningExamples' inference.py, test_infer.py and inference_perf.py, of their
# versions of 2019 and 2020 and of the models' parsers, and those of NVIDIA/waveglow's inference.py.
SCRIPTS = (
    "-i list --input list -o out --output out --suffix _a --tacotron2 t2 --waveglow wg -s 0.9 "
    "--sigma-infer 0.9 -d 0.01 --denoising-strength 0.01 -sr 22050 --sampling-rate 22050 --fp16 "
    "--cpu --amp --amp-run --cpu-run --fp16-run --log-file nvlog.json --include-warmup "
    "--stft-hop-length 256 --num-iters 10 -il 64 --input-length 64 -bs 1 --batch-size 1 "
    "-m Tacotron2 --model-name WaveGlow --gate-threshold 0.5 --max-decoder-steps 2000 "
    "--decoder-no-early-stopping --mask-padding --n-mel-channels 80 --n-symbols 148 "
    "--symbols-embedding-dim 512 --encoder-kernel-size 5 --encoder-n-convolutions 3 "
    "--encoder-embedding-dim 512 --n-frames-per-step 1 --decoder-rnn-dim 1024 --prenet-dim 256 "
    "--attention-rnn-dim 1024 --attention-dim 128 --attention-location-n-filters 32 "
    "--attention-location-kernel-size 31 --p-attention-dropout 0.1 --p-decoder-dropout 0.1 "
    "--postnet-embedding-dim 512 --postnet-kernel-size 5 --postnet-n-convolutions 5 --flows 12 "
    "--groups 8 --early-every 4 --early-size 2 --sigma 1.0 --segment-length 4000 "
    "--wn-kernel-size 3 --wn-channels 256 --wn-layers 8 -w wg --waveglow_path wg --output_dir out "
    "--sampling_rate 22050 --is_fp16 --denoiser_strength 0.1"
)
TYPED = re.findall(r"(-\S+)((?: [^-\s]\S*)*)", SCRIPTS)
REFUSED = ("--synth-data", "--run-mode fp16", "--filelist_path mels.txt")


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rewritten(text):
    return rewrite(shlex.split(text), OPTIONS)


# ------------------------------------------------- whole commands, as in notes and documentation


def test_the_command_of_the_notes():
    words, notes = rewritten(
        f"{MODELS} -o output/ --include-warmup -i phrases/phrase_1_64.txt --amp-run "
        "--wn-channels 256"
    )
    assert words == [
        *("--tacotron2", "t2", "--waveglow", "wg", "-o", "output/"),
        *("-i", "phrases/phrase_1_64.txt", "--precision", "fp16"),
    ]
    assert [note.split()[0] for note in notes] == ["--include-warmup", "--amp-run", "--wn-channels"]


@pytest.mark.parametrize(
    ("text", "ours"),
    [
        (
            "--wn-channels 256 -o output/ -i phrases/phrase.txt --fp16",
            "-o output/ -i phrases/phrase.txt --precision fp16",
        ),
        (
            "--wn-channels 256 --cpu -o output/ -i phrases/phrase.txt",
            "--device cpu -o output/ -i phrases/phrase.txt",
        ),
        (
            "-o output/ --include-warmup -i phrases/phrase_1_64.txt --fp16 "
            "--log-file=output/nvlog_fp16.json",
            "-o output/ -i phrases/phrase_1_64.txt --precision fp16",
        ),
        (
            "-o output/ -i p.txt -s 0.666 -d 0.01 -sr 22050",
            "-o output/ -i p.txt --sigma 0.666 --denoiser 0.01",
        ),
    ],
)
def test_the_commands_of_the_readme(text, ours):
    words, _ = rewritten(f"{MODELS} {text}")
    assert words == [*shlex.split(MODELS), *ours.split()]


def test_the_command_of_the_notes_speaks_as_it_is_typed(tmp_path, capsys):
    (tmp_path / "phrases").mkdir()
    (tmp_path / "phrases" / "phrase_1_64.txt").write_text("She sells seashells.\nSo does he.\n")
    save_voice(tmp_path / "output", name="checkpoint_Tacotron2_6300")
    waveglow_checkpoint(FITTING, MelConfig()).save(
        tmp_path / "output" / "checkpoint_WaveGlow_14100"
    )
    typed = (
        "infer --tacotron2 ./output/checkpoint_Tacotron2_6300 --waveglow "
        "./output/checkpoint_WaveGlow_14100 -o output/ --include-warmup -i "
        "phrases/phrase_1_64.txt --amp-run --wn-channels 256 --set infer.max_frames=20 --json"
    )
    root.main(typed.split(), "voiceprep", standalone_mode=False)
    told = capsys.readouterr()
    assert told.err.count("voiceprep: note: ") == 3
    *rows, summary = map(json.loads, told.out.splitlines())
    assert [row["status"] for row in rows] == ["done", "done"]
    assert (tmp_path / "output" / "01-she-sells-seashells.wav").is_file()
    assert len([note for note in summary["summary"]["notes"] if "fp16" in note]) == 1


# ------------------------------------------------------------------------------- the single flags


@pytest.mark.parametrize(("flag", "value"), TYPED, ids=[flag for flag, _ in TYPED])
def test_every_flag_does_something_or_is_told_to_do_nothing(flag, value):
    words, notes = rewritten(f"{flag}{value}")
    assert any(word.startswith("-") for word in words) or (
        notes and notes[0].startswith(f"{flag}{value} ") and "no effect" in notes[0]
    )


@pytest.mark.parametrize("typed", REFUSED)
def test_what_has_no_equivalent_is_refused_by_name(typed):
    with pytest.raises(UserError, match=f"^{typed}: "):
        rewritten(typed)


def test_every_flag_that_is_known_is_in_a_list_above():
    listed = {flag for flag, _ in TYPED} | {typed.split()[0] for typed in REFUSED}
    assert set(INFERENCE.known) <= listed


def test_only_a_number_makes_a_flag_mean_another_thing_than_here():
    assert {*INFERENCE.flags} & {*OWN} == {*INFERENCE.numbers}


@pytest.mark.parametrize("typed", ["-d 0.1", "-d0.1", "-d=0.1", "-d 1e-1"])
def test_a_number_after_d_is_the_strength_of_the_denoiser(typed):
    words, notes = rewritten(f"{typed} -d my-voice")
    assert words[0] == "--denoiser"
    assert float(words[1]) == 0.1
    assert words[2:] == ["-d", "my-voice"]
    (note,) = notes
    assert note.startswith("-d ")
    assert "-d FOLDER" in note


def test_a_folder_with_the_name_of_a_number_is_the_dataset(tmp_path):
    (tmp_path / "2024").mkdir()
    words, notes = rewritten("-d 2024")
    assert words == ["-d", "2024"]
    assert notes[0].startswith("-d 2024 ")
    assert "folder" in notes[0]
    assert rewritten("-dmy-voice")[0] == ["-d", "my-voice"]
    assert rewritten("--dataset 2024") == (["--dataset", "2024"], [])


def test_a_flag_without_its_value_is_told():
    for flag in ("-d", "-s", "--sigma-infer", "--wn-channels", "--input"):
        with pytest.raises(UserError, match=f"^{flag} "):
            rewritten(flag)


@pytest.mark.parametrize(
    ("word", "named"),
    [
        ("--sigma-infr", "'--sigma-infer'"),
        ("--include-warm-up", "'--include-warmup'"),
        ("--gate-treshold", "'--gate-threshold'"),
        ("--zzzz", "--help"),
    ],
)
def test_an_unknown_flag_is_an_error_that_names_the_nearest(word, named):
    with pytest.raises(UserError, match=f"{word}: .*{named}"):
        rewritten(word)


def test_sentences_and_short_options_stay_as_they_are():
    for text in (
        "'A sentence.' 'Another one.'",
        "-nf 'Go.'",
        "-- -d 0.01",
        "-o - Go.",
        "-bs 4 Go.",
    ):
        assert rewritten(text) == (shlex.split(text), [])


def test_every_flag_is_on_its_page():
    page = (HERE / "docs" / "original.md").read_text(encoding="utf-8")
    section = page[page.index("\n## inference.py") :]
    for flag in INFERENCE.known:
        assert re.search(rf"`{flag}\b", section), flag
