"""Small made files that the mutations start from: no recording, no text of anybody's."""

import io
import json
import subprocess
import tempfile
import zipfile
from collections import OrderedDict
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import torch
from safetensors.torch import save
from torch import nn

from tests.signals import speech
from tests.train import made_checkpoints as made
from voiceprep.train.checkpoints.checkpoint import FORMATS

from .mutations import packed_tar

Files = Mapping[str, bytes]

TEXTS = {"a": "First of all, 12 birds.", "b": "Then the second {HH AH0}.", "c": "Dr. Hale: $2.50"}
LINES = "".join(f"{name}|{text}\n" for name, text in TEXTS.items())
ROWS = [{"audio_filepath": f"{name}.wav", "text": text} for name, text in TEXTS.items()]
TOML = """\
[convert]
rate = 22050
bits = 16
channel = "mean"
[trim]
tail_seconds = 0.15
[mel]
hop_length = 256
log_floor = 1e-5
[train]
batch_size = 8
weight_decay = 1e-6
[tacotron2]
symbol_dim = 512
"""
PLAN = """\
[[mend]]
id = "a"
content = "0123456789abcdef0123456789abcdef"
step = "denoise"
seconds = 1.5
why = "noise"
[[reject]]
id = "b"
content = "fedcba9876543210fedcba9876543210"
undone = true
"""
STEPS: tuple[tuple[Any, dict[str, Any]], ...] = (
    ([], {"run_start": 1.5}),
    ("PARAMETER", {"train.batch_size": 8}),
    ([0, 0], {"glob_iter/iters_per_epoch": "0/2", "train_loss": 1.5, "train_iter_time": 0.5}),
    ([0, 1], {"train_loss": 1.25, "train_items_per_sec": 9.0, "train_iter_time": 0.5}),
    ([0], {"train_loss": 1.4, "val_loss": 1.1, "train_epoch_time": 2.0}),
    ([], {"run_time": 3.0}),
)
NVLOG = "".join(
    f"DLLL {json.dumps({'type': 'LOG', 'step': step, 'data': data})}\n" for step, data in STEPS
)
TERMINAL = """\
DLL 2020-01-01 10:00:00.123 - (0, 0) glob_iter/iters_per_epoch : 0/2 train_loss : 1.5
DLL 2020-01-01 10:00:01.123 - (0,) train_loss : 1.5 val_loss : 1.25 train_epoch_time : 3.5
:::NVLOGv0.2.2 Tacotron2_PyT 1560000000.123 (/a/train.py:1) train_epoch_start: 0
:::NVLOGv0.2.2 Tacotron2_PyT 1560000000.123 (/a/train.py:1) train_iteration_loss: 2.5
Batch: 1/20 epoch 0
something else
"""
HPARAMS = (
    'batch_size=8,epochs=3,learning_rate=1e-3,text_cleaners=["english_cleaners"],fp16_run=False'
)
CONFIG_FILE = {
    "audio": {"mel-fmax": 8000.0, "sampling-rate": 22050},
    "train": {"epochs": 2, "anneal-steps": [500, 1000], "amp": True},
}


@cache
def encoded(suffix: str, seconds: float = 0.3, *options: str) -> bytes:
    """A short sound in one of ffmpeg's formats."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"x{suffix}")
        command = ["ffmpeg", "-v", "error", "-f", "f32le", "-ac", "1", "-ar", "16000"]
        command += ["-i", "pipe:0", "-fflags", "+bitexact", "-flags:a", "+bitexact", *options]
        data = speech(seconds, 16000).tobytes()
        subprocess.run([*command, str(path)], input=data, check=True)
        return path.read_bytes()


def written(kind: str, subtype: str = "PCM_16", seconds: float = 0.15, channels: int = 1) -> bytes:
    """A short sound as libsndfile writes it."""
    file = io.BytesIO()
    samples = np.repeat(speech(seconds, 16000)[:, None], channels, axis=1)
    soundfile.write(file, samples, 16000, subtype, format=kind)
    return file.getvalue()


def wavs() -> Files:
    """Sounds without compression."""
    return {
        "pcm16.wav": written("WAV"),
        "stereo24.wav": written("WAV", "PCM_24", channels=2),
        "float.wav": written("WAV", "FLOAT"),
        "extensible.wav": written("WAVEX"),
        "x.rf64": written("RF64"),
        "x.w64": written("W64"),
        "x.aiff": written("AIFF"),
        "x.caf": written("CAF"),
        "x.au": written("AU"),
    }


def compressed() -> Files:
    """Sounds that libsndfile decodes."""
    return {
        "x.flac": written("FLAC"),
        "x.ogg": written("OGG", "VORBIS"),
        "x.opus": encoded(".opus"),
        "x.mp3": encoded(".mp3"),
    }


def containers() -> Files:
    """Sounds that ffmpeg decodes."""
    return {name: encoded(Path(name).suffix) for name in ("x.m4a", "x.aac", "x.webm", "x.wma")}


def lists() -> Files:
    """Lists of texts, in each format that is read."""
    header = [("file_name", "text"), *TEXTS.items()]
    return {
        "metadata.csv": LINES.encode(),
        "manifest.csv": "".join(f"{name},{json.dumps(text)}\n" for name, text in header).encode(),
        "transcripts.csv": b"a|x one|X one.\nb|x two|X two.\n",
        "metadata.tsv": "".join(f"{name}\t{text}\n" for name, text in header).encode(),
        "manifest.jsonl": "".join(json.dumps(row) + "\n" for row in ROWS).encode(),
        "text": LINES.replace("|", " ").encode(),
        "1-2.trans.txt": b"1-2-0001 FIRST OF ALL\n1-2-0002 AND THEN\n",
        "transcript_utf8.txt": LINES.replace("|", ":").encode(),
        "txt.done.data": b'( a "First of all." )\n( b "Then." )\n',
        "list.txt": LINES.replace("|", " ").encode("utf-16"),
    }


def sidecars() -> Files:
    """The texts beside single sounds."""
    return {
        "wavs/a.txt": b"First of all.\n",
        "wavs/a.normalized.txt": b"First of all.\n",
        "wavs/a.lab": b"FIRST OF ALL\n",
        "wavs/a.trn": b"../data/a.trn\n",
        "wavs/a.wav.trn": b"one two\nyi1 er4\n",
        "wavs/a.json": json.dumps({"text": "First.", "speaker": "anna"}).encode(),
        "utt2spk": b"a anna\nb bert\n",
    }


def archives() -> Files:
    """Archives of sounds and their texts."""
    members = {f"set/wavs/{name}.wav": written("WAV", seconds=0.02) for name in TEXTS}
    members |= {"set/metadata.csv": LINES.encode(), "set/wavs/a.txt": b"First.\n"}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as zipped:
        for name, content in members.items():
            zipped.writestr(zipfile.ZipInfo(name), content)
    kinds = {"x.tar": "", "x.tar.gz": "gz", "x.tar.bz2": "bz2", "x.tar.xz": "xz"}
    tars = {name: packed_tar(members, mode) for name, mode in kinds.items()}
    return {**tars, "x.zip": packed.getvalue()}


def _saved(fields: object, **settings: Any) -> bytes:
    file = io.BytesIO()
    torch.save(fields, file, **settings)
    return file.getvalue()


def checkpoints() -> Files:
    """Checkpoints of tiny models in every container."""
    acoustic, vocoder = made.made_checkpoint(), made.made_vocoder()
    files = {}
    for name, checkpoint in (("tacotron2", acoustic), ("waveglow", vocoder)):
        for container, row in FORMATS.items():
            if row.write:
                file = io.BytesIO()
                row.write(checkpoint, file)
                suffix = "safetensors" if container == "safetensors" else "pt"
                files[f"{name}_{container}.{suffix}"] = file.getvalue()
    files["legacy.pt"] = _saved(made.nvidia_fields(acoustic), _use_new_zipfile_serialization=False)
    files["weights.pt"] = _saved(dict(acoustic.weights))
    files["torchaudio.pt"] = _saved(made.torchaudio_weights(acoustic.weights))
    return files


def small_checkpoints() -> Files:
    """Files of torch.save with all that the reader knows, small enough to keep; none is a model."""
    fields = {
        "iteration": np.int64(7),
        "state_dict": OrderedDict(a=torch.ones(2, 3), b=torch.ones(2, 3).t()),
        "rate": np.float32(0.5),
        "config": {"set": {1, 2}, "size": torch.Size([1]), "bytes": b"\x80", "type": torch.half},
    }
    network = {"model": nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2)), "iteration": 1}
    return {
        "fields.pt": _saved(fields),
        "fields_legacy.pt": _saved(fields, _use_new_zipfile_serialization=False),
        "network.pt": _saved(network),
        "tensors.safetensors": save({"a": torch.ones(2, 3)}, {"voiceprep": "{}"}),
    }


def mels() -> Files:
    """Mels of 80 channels and a few frames."""
    mel = (np.random.default_rng(0).standard_normal((80, 7)) - 4).astype(np.float32)
    plain, packed = io.BytesIO(), io.BytesIO()
    np.save(plain, mel)
    with zipfile.ZipFile(packed, "w") as zipped:
        zipped.writestr(zipfile.ZipInfo("mel.npy"), plain.getvalue())
    legacy = _saved(torch.from_numpy(mel), _use_new_zipfile_serialization=False)
    return {
        "x.npy": plain.getvalue(),
        "x.npz": packed.getvalue(),
        "x.pt": _saved(torch.from_numpy(mel)),
        "legacy.pt": legacy,
    }
