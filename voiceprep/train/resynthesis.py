"""A look at a vocoder while it learns: how likely it finds recordings, and how it speaks mels."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import torch

from ..audio.mel import log_mel
from ..audio.sound import read_sound
from ..audio.stft import StftConfig, magnitudes
from ..disk import replacing
from ..errors import ClipError, Unusable
from ..report.plots import draw_mels
from .batches import evaluation_batches
from .beginning import Recipe
from .infer import speaking
from .journal import Journal
from .looking import speech_file
from .loop import Run
from .session import Evaluation
from .settings import VocoderConfig
from .tasks.waveglow import FlowLosses, WaveGlowTask
from .vocoders import Vocoder, WaveGlowVocoder

# Clips that are spoken, and how much of each: enough to hear what a vocoder is like.
CLIPS, SECONDS = 2, 2.0
# Clips of the training side whose likelihood is looked at.
LOOKED_AT = 100
# Under this level, in dB below the loudest of a sound, spectra are not compared.
FLOOR_DB = 80.0


@dataclass
class Resynthesis:
    """Looks at a run of WaveGlow and makes it audible; called with the run."""

    task: WaveGlowTask
    held_out: WaveGlowTask
    recipe: Recipe
    folder: Path
    journal: Journal

    def __call__(self, run: Run) -> Evaluation:
        """The evaluation of the model as it is: of two, the likelier recordings make the better."""
        values: dict[str, float] = {}
        for side, task in (("val", self.held_out), ("train", self.task)):
            # Clips that are silent throughout tell nothing, and are no reason to end the run.
            with suppress(Unusable):
                told = self._losses(run, task)
                values |= {f"{side}_{name}": value for name, value in told._asdict().items()}
        side = "val" if "val_total" in values else "train"
        loss = values[f"{side}_total"]
        if side == "val":
            values["val_loss"] = loss
        distance = self._speak(run, self.held_out if side == "val" else self.task)
        values["spectral_distance_db"] = distance
        told = (
            f"step {run.step}: {side} crops: loss {loss:.3f}; spoken from mels: "
            f"log-spectral distance {distance:.1f} dB"
        )
        return Evaluation(values, -loss if np.isfinite(loss) else float("-inf"), told)

    def _losses(self, run: Run, task: WaveGlowTask) -> FlowLosses:
        """The mean losses of one crop of each clip, always the same; raises Unusable for none."""
        if not len(task.items):
            raise Unusable("there are no clips")
        count = min(len(task.items), LOOKED_AT)
        places = np.linspace(0, len(task.items) - 1, count).round().astype(int)
        plan = evaluation_batches(task.lengths[places], self.recipe.train.batch_size)
        device = next(run.model.parameters()).device
        sums = []
        with speaking(run.model):
            for indices in plan:
                batch = task.read(places[indices]).to(device)
                total = torch.tensor(count * batch.audio.shape[1], device=device)
                sums.append(torch.stack(task.losses(run.model, batch, run.step, [total])))
        return FlowLosses(*torch.stack(sums).sum(0).tolist())

    def _speak(self, run: Run, task: WaveGlowTask) -> float:
        """Speak the beginnings of a few clips; how far their spectra are from the recordings'."""
        mel, distances = self.recipe.voice.mel, []
        speak = WaveGlowVocoder(run.model, mel, VocoderConfig(denoiser=0))
        order = np.argsort(task.items.frames, kind="stable")
        count = min(CLIPS, len(order))
        for middle in (np.arange(count) + 0.5) * len(order) / count:
            item = task.items[int(order[int(middle)])]
            try:
                samples = read_sound(item.path).samples[: int(SECONDS * mel.rate)]
                wanted = log_mel(samples, mel)
            except (ClipError, OSError):
                continue
            spoken = _spoken(speak, wanted, self.recipe.train.seed)[: len(samples)]
            distances.append(spectral_distance_db(spoken, samples[: len(spoken)], mel))
            self._show(run, item.id, spoken, wanted)
        self.journal.flush()
        return float(np.mean(distances)) if distances else float("nan")

    def _show(self, run: Run, id: str, spoken: np.ndarray, wanted: np.ndarray) -> None:
        mel, (name, picture) = self.recipe.voice.mel, speech_file(self.folder, id)
        audible = np.clip(np.nan_to_num(spoken), -1, 1)
        with replacing(picture.with_suffix(".wav")) as temporary:
            soundfile.write(temporary, audible, mel.rate, "PCM_16", format="WAV")
        pairs = [("recorded", wanted), ("spoken", log_mel(audible, mel))]
        draw_mels(pairs, picture, name, mel.hop_length / mel.rate)
        self.journal.picture(run.step, f"speech/{name}", picture)
        self.journal.sound(run.step, f"speech/{name}", audible, mel.rate)


def _spoken(vocoder: Vocoder, mel: np.ndarray, seed: int) -> np.ndarray:
    """The sound of a mel; of a model that has come apart it is not a number."""
    try:
        return vocoder(mel, seed)
    except Unusable:
        return np.full(mel.shape[1] * vocoder.mel.hop_length, np.nan, np.float32)


def spectral_distance_db(
    samples: np.ndarray, wanted: np.ndarray, config: StftConfig, floor_db: float = FLOOR_DB
) -> float:
    """The log-spectral distance of two equally long sounds, in dB (Gray and Markel 1976).

    The root of the mean square over the bins of a frame, then the mean over frames; both spectra
    held at `floor_db` below the loudest of the wanted sound. NaN for a sound that is not finite.
    """
    if not np.isfinite(samples).all():
        return float("nan")
    sounds = (np.clip(samples, -1, 1), wanted)
    spectra = [magnitudes(sound.astype(np.float32), config) for sound in sounds]
    floor = max(float(spectra[1].max()), 1e-9) * 10 ** (-floor_db / 20)
    levels = [20 * np.log10(np.maximum(spectrum, floor)) for spectrum in spectra]
    return float(np.sqrt(np.mean(np.square(levels[0] - levels[1]), axis=0)).mean())
