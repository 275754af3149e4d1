"""The flags of the original scripts, as their users type them."""

import json
import re
from pathlib import Path

import pytest

from tests.conftest import HERE
from tests.train.test_settings import run
from voiceprep.cli.options import options_of
from voiceprep.cli.original import expand, translate
from voiceprep.cli.original_flags import FLAGS, MODEL_FLAGS, STARTS
from voiceprep.cli.training import own_flags
from voiceprep.config import parse_value
from voiceprep.errors import UserError


def split(text):
    return text.split()


OWN = own_flags(options_of(run)) | {"-d": "value", "--dataset": "value"}

# Every flag of DeepLearningExamples' train.py and of its Tacotron 2 group, as its help lists them.
DEEP_LEARNING_EXAMPLES = split(
    "-o --output -d --dataset-path -m --model-name --log-file --anneal-steps --anneal-factor "
    "--config-file --epochs --epochs-per-checkpoint --checkpoint-path --resume-from-last "
    "--dynamic-loss-scaling --amp --amp-run --cudnn-enabled --cudnn-benchmark "
    "--disable-uniform-initialize-bn-weight --seed --use-saved-learning-rate -lr "
    "--learning-rate --weight-decay --grad-clip-thresh -bs --batch-size --grad-clip "
    "--load-mel-from-disk --training-files --validation-files --text-cleaners --max-wav-value "
    "--sampling-rate --filter-length --hop-length --win-length --mel-fmin --mel-fmax --rank "
    "--world-size --dist-url --group-name --dist-backend --bench-class --mask-padding "
    "--n-mel-channels --n-symbols --symbols-embedding-dim --encoder-kernel-size "
    "--encoder-n-convolutions --encoder-embedding-dim --n-frames-per-step --decoder-rnn-dim "
    "--prenet-dim --max-decoder-steps --gate-threshold --p-attention-dropout "
    "--p-decoder-dropout --decoder-no-early-stopping --attention-rnn-dim --attention-dim "
    "--attention-location-n-filters --attention-location-kernel-size --postnet-embedding-dim "
    "--postnet-kernel-size --postnet-n-convolutions"
)
NVIDIA_TACOTRON2 = split(
    "-o --output_directory -l --log_directory -c --checkpoint_path --warm_start --n_gpus "
    "--rank --group_name --hparams"
)
HPARAMS = split(
    "epochs=500 iters_per_checkpoint=1000 seed=1234 dynamic_loss_scaling=True fp16_run=False "
    "distributed_run=False dist_backend=nccl dist_url=tcp://localhost:54321 cudnn_enabled=True "
    "cudnn_benchmark=False ignore_layers=['embedding.weight'] load_mel_from_disk=False "
    "training_files=train.txt validation_files=val.txt text_cleaners=['english_cleaners'] "
    "max_wav_value=32768.0 sampling_rate=22050 filter_length=1024 hop_length=256 win_length=1024 "
    "n_mel_channels=80 mel_fmin=0.0 mel_fmax=8000.0 n_symbols=148 symbols_embedding_dim=512 "
    "encoder_kernel_size=5 encoder_n_convolutions=3 encoder_embedding_dim=512 n_frames_per_step=1 "
    "decoder_rnn_dim=1024 prenet_dim=256 max_decoder_steps=1000 gate_threshold=0.5 "
    "p_attention_dropout=0.1 p_decoder_dropout=0.1 attention_rnn_dim=1024 attention_dim=128 "
    "attention_location_n_filters=32 attention_location_kernel_size=31 postnet_embedding_dim=512 "
    "postnet_kernel_size=5 postnet_n_convolutions=5 use_saved_learning_rate=False "
    "learning_rate=1e-3 weight_decay=1e-6 grad_clip_thresh=1.0 batch_size=64 mask_padding=True"
)
VALUES = {"--anneal-steps": "500", "--text-cleaners": "english_cleaners", "-m": "Tacotron2"}
VALUES |= {"--model-name": "Tacotron2", "--max-wav-value": "32768.0", "-c": "a/b.pt"}
VALUES |= {"--config-file": "config.json", "--hparams": "epochs=3"}


def translated(*words):
    return translate(expand(words, lambda _: '{"audio": {"mel-fmax": 8000.0}}'), OWN)


def value_words(flag):
    row = FLAGS.get(flag)
    if flag == "--warm_start" or (row and row.takes == "nothing"):
        return []
    return ["true"] if row and row.takes == "boolean" else [VALUES.get(flag, "1")]


@pytest.mark.parametrize("flag", DEEP_LEARNING_EXAMPLES + NVIDIA_TACOTRON2)
def test_every_flag_does_something_or_is_told_to_do_nothing(flag):
    start = ["-c", "a/b.pt"] if flag == "--warm_start" else []
    found = translated(*start, flag, *value_words(flag))
    assert (
        found.model
        or any(word.startswith("-") for word in found.ours)
        or any(note.startswith(flag) and "no effect here" in note for note in found.notes)
    )


@pytest.mark.parametrize("pair", HPARAMS)
def test_every_hparam_does_something_or_is_told_to_do_nothing(pair):
    found = translated("--hparams", pair)
    flag = "--" + pair.partition("=")[0].replace("_", "-")
    told = any(note.startswith(flag) for note in found.notes)
    assert found.ours or told


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


def test_every_flag_that_is_known_is_in_a_list_above():
    listed = {"--" + pair.partition("=")[0].replace("_", "-") for pair in HPARAMS}
    listed |= {*DEEP_LEARNING_EXAMPLES, *NVIDIA_TACOTRON2}
    assert {*FLAGS, *STARTS, *MODEL_FLAGS} <= listed


def test_no_flag_means_one_thing_here_and_another_there():
    assert not {*FLAGS, *STARTS} & set(OWN) - {"--anneal-steps", "--use-saved-learning-rate"}


@pytest.mark.parametrize("name", [name for name, row in FLAGS.items() if "--set" in row.ours])
def test_what_is_set_is_a_setting(name):
    from tests.test_tables import section_class
    from voiceprep.cli.table import SECTIONS

    (_, pattern) = FLAGS[name].ours
    key = pattern.partition("=")[0]
    section, _, field = key.partition(".")
    assert section in SECTIONS
    if name in ("--mask-padding", "--use-saved-learning-rate", "--text-cleaners"):
        text = translated(name, *VALUES.get(name, "true").split()).ours[1].partition("=")[2]
    else:
        text = "1"
    parse_value(section_class(section), field, text, key)


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


@pytest.mark.parametrize(
    ("words", "value"),
    [("", "true"), ("true", "true"), ("True", "true"), ("false", "false"), ("0", "false")],
)
def test_false_is_false(words, value):
    found = translated("--use-saved-learning-rate", *words.split(), "tacotron2")
    assert found.ours == ["--set", f"schedule.use_saved={value}", "tacotron2"]


def test_masked_padding_is_a_loss_over_the_frames_of_speech():
    assert translated("--mask-padding", "True").ours == ["--set", "loss.reduction=valid"]
    assert translated("--mask-padding", "False").ours == ["--set", "loss.reduction=padded"]


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
    with pytest.raises(UserError, match="--anneal-steps needs an epoch or several"):
        translated("--anneal-steps", "--amp")


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("--anneal-step", "there is no option --anneal-step: did you mean '--anneal-steps'?"),
        ("--gate-treshold", "there is no option --gate-treshold: did you mean '--gate-threshold'?"),
        ("--mel_fmax", "there is no option --mel_fmax: did you mean '--mel-fmax'?"),
        ("--zzzz", "there is no option --zzzz: --help lists the options"),
        ("-bz", "there is no option -bz: did you mean '-bs'?"),
    ],
)
def test_an_unknown_flag_is_an_error_that_names_the_nearest(word, told):
    with pytest.raises(UserError) as caught:
        translated(word, "3")
    assert str(caught.value) == told


def test_a_flag_without_its_value_is_told():
    for flag in ("--mel-fmax", "--epochs", "-c", "--hparams"):
        with pytest.raises(UserError, match=f"{flag} needs a value"):
            translated(flag)


def test_one_size_cannot_be_two():
    words = ["--symbols-embedding-dim", "256", "--encoder-embedding-dim"]
    assert translated(*words, "256").ours[-1] == "tacotron2.symbol_dim=256"
    with pytest.raises(UserError, match=r"--symbols-embedding-dim has set tacotron2\.symbol_dim"):
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
    with pytest.raises(UserError, match=r"^config\.json: "):
        expand(["--config-file", "config.json"], lambda _: text)


def test_a_configuration_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UserError, match=r"none\.json: no such file"):
        expand(["--config-file", str(tmp_path / "none.json")], Path.read_text)


def test_every_note_is_one_line_that_begins_with_its_flag():
    for flag in FLAGS:
        for note in translated(flag, *value_words(flag)).notes:
            assert note.startswith(flag)
            assert not re.search(r"\n|  ", note)


def test_every_flag_is_on_its_page():
    page = (HERE / "docs" / "original.md").read_text(encoding="utf-8")
    hparams = ("--iters-per-checkpoint", "--fp16-run", "--distributed-run")
    for flag in [*FLAGS, *STARTS]:
        name = flag[2:].replace("-", "_") if flag in hparams else flag
        assert re.search(rf"`{name}\b", page), flag
