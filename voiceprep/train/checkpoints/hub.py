"""Exports a folder for the Hugging Face hub: weights, settings, and a model card."""

import json
from collections.abc import Iterator
from pathlib import Path

from ..registry import find_model
from .checkpoint import Checkpoint, writing

HUB_FILES = ("model.safetensors", "config.json", "README.md")

_CARD = """---
library_name: voiceprep
pipeline_tag: text-to-speech
tags:
- voiceprep
- {model}
- speech-synthesis
---

# {title}

{summary}, at step {step}, with {parameters:,} parameters.

    from pathlib import Path

    from voiceprep.train.checkpoints.checkpoint import Checkpoint

    model = Checkpoint.load(Path("model.safetensors")).build()

`config.json` holds every size of the model, the front end of its texts with the symbols that it
reads, and the settings of its mels; so does the metadata of `model.safetensors`. Mels are natural
logarithms: {mel_channels} channels from {fmin_hz:g} to {fmax_hz:g} Hz, of sound at {rate} Hz,
with a hop of {hop_length} samples.

Add here whose voice it is, what it was trained on, and under which licence it may be used.
"""


def export_hub(checkpoint: Checkpoint, folder: Path) -> Iterator[Path]:
    """Write HUB_FILES into a folder; raises TargetError if one cannot be written.

    The card says what the checkpoint knows, which does not include a licence.
    """
    weights, config, card = (folder / name for name in HUB_FILES)
    checkpoint.save(weights, "safetensors")
    yield weights
    settings = {
        "model_type": checkpoint.model,
        "library_name": "voiceprep",
        checkpoint.model: checkpoint.config,
        "voice": checkpoint.frontend.to_plain(),
        "step": checkpoint.step,
    }
    for path, text in (
        (config, json.dumps(settings, indent=2, ensure_ascii=False) + "\n"),
        (card, _card(checkpoint, folder.resolve().name)),
    ):
        with writing(path) as temporary:
            temporary.write_text(text, encoding="utf-8")
        yield path


def _card(checkpoint: Checkpoint, title: str) -> str:
    spec = find_model(checkpoint.model)
    return _CARD.format(
        model=checkpoint.model,
        title=title,
        summary=f"{spec.title} of voiceprep: {spec.maps}",
        step=checkpoint.step,
        parameters=sum(value.numel() for value in checkpoint.build().parameters()),
        **vars(checkpoint.frontend.mel),
    )
