"""The toy as an acoustic model: four frames a symbol."""

from collections.abc import Sequence

import torch

from ..frontend import FrontendConfig, Sentence
from ..settings import InferConfig
from ..speech.acoustic import SynthesisResult
from ..tensors import speaking
from .network import Toy

FRAMES_PER_SYMBOL = 4


class ToyAcoustic:
    """See AcousticModel."""

    frames_per_step = 1

    def __init__(self, model: Toy, frontend: FrontendConfig, precision: str):
        self.model, self.frontend, self.precision = model, frontend, precision

    def speak(
        self, sentences: Sequence[Sentence], config: InferConfig, past_gate: float | None = None
    ) -> list[SynthesisResult]:
        """See AcousticModel."""
        del past_gate
        results = []
        with speaking(self.model):
            for sentence in sentences:
                frames = min(FRAMES_PER_SYMBOL * len(sentence.ids), config.max_frames)
                mel, attention = self.model(torch.tensor([sentence.ids]), frames)
                alignment = attention[0].numpy().copy()
                results.append(SynthesisResult(sentence, mel[0].numpy(), alignment, None, "length"))
        return results
