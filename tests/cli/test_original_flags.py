"""The tables of the original scripts' flags: complete, documented, each of known meaning."""

import re

import pytest

from tests.cli.test_original import OWN, split, translated
from tests.conftest import HERE
from voiceprep.cli.original_flags import FLAGS, MODEL_FLAGS, STARTS
from voiceprep.config import parse_value

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
