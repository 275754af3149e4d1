"""A folder that the Hugging Face hub takes for a model: weights, settings, and a card to read."""

import json
from collections.abc import Iterator
from pathlib import Path

from .checkpoint import Checkpoint, writing

HUB_FILES = ("model.safetensors", "config.json", "README.md")

_DOES = {
    "tacotron2": "Tacotron 2 of voiceprep: text to mel spectrograms",
    "waveglow": "WaveGlow of voiceprep: mel spectrograms to sound",
}
_CARD = """---
library_name: voiceprep
pipeline_tag: text-to-speech
tags:
- voiceprep
- {model}
- speech-synthesis
---

# {title}

{does}, at step {step}, with {parameters:,} parameters.

    from pathlib import Path

    from voiceprep.train.checkpoint import Checkpoint

    model = Checkpoint.load(Path("model.safetensors")).build()

`config.json` holds every size of the model, the symbols that it reads, the cleaner of its texts and
the settings of its mels; the same stands in the metadata of `model.safetensors`. Mels are natural
logarithms: {mel_channels} channels from {fmin_hz:g} to {fmax_hz:g} Hz, of sound at {rate} Hz,
with a hop of {hop_length} samples.

Whose voice it is, what it was trained on, and under which licence it may be used: add it here.
"""


def export_hub(checkpoint: Checkpoint, folder: Path) -> Iterator[Path]:
    """Write HUB_FILES into a folder; raises TargetError where one cannot be written.

    The card says what the checkpoint knows. A licence is not among it.
    """
    weights, config, card = (folder / name for name in HUB_FILES)
    checkpoint.save(weights, "safetensors")
    yield weights
    told = {
        "model_type": checkpoint.model,
        "library_name": "voiceprep",
        checkpoint.model: checkpoint.config,
        "voice": checkpoint.voice.to_plain(),
        "step": checkpoint.step,
    }
    for path, text in (
        (config, json.dumps(told, indent=2, ensure_ascii=False) + "\n"),
        (card, _card(checkpoint, folder.resolve().name)),
    ):
        with writing(path) as temporary:
            temporary.write_text(text, encoding="utf-8")
        yield path


def _card(checkpoint: Checkpoint, title: str) -> str:
    return _CARD.format(
        model=checkpoint.model,
        title=title,
        does=_DOES[checkpoint.model],
        step=checkpoint.step,
        parameters=sum(value.numel() for value in checkpoint.build().parameters()),
        **vars(checkpoint.voice.mel),
    )
