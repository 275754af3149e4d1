"""Evaluates WaveGlow in training: the likelihood of recordings, and resynthesis from mels."""

import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from ...audio.mel import log_mel
from ...audio.sound import read_sound
from ...audio.stft import StftConfig, magnitudes
from ...errors import ClipError, Unusable
from ...report.plots import draw_mels
from ..data.batching import evaluation_batches
from ..recipe import Recipe
from ..run.evaluation_files import SPEECH, speech_file, warning_of, write_speech
from ..run.log import TrainingLog
from ..run.loop import TrainingRun
from ..run.trainer import Evaluation
from ..settings import VocoderConfig
from ..speech.vocoder import Vocoder
from ..tensors import as_kind, speaking
from .network import WaveGlow
from .task import FlowLosses, WaveGlowTask
from .vocoder import WaveGlowVocoder

# Clips that are resynthesised, and how much of each.
CLIPS, SECONDS = 2, 2.0
# Clips whose likelihood is evaluated.
LIKELIHOOD_CLIPS = 100
# Spectra are not compared below this level, in dB below the loudest of a sound.
FLOOR_DB = 80.0


@dataclass
class WaveGlowEvaluator:
    """Evaluates a run of WaveGlow, and writes what it resynthesises; called with the run."""

    task: WaveGlowTask
    held_out: WaveGlowTask
    recipe: Recipe
    folder: Path
    log: TrainingLog

    def __call__(self, run: TrainingRun) -> Evaluation:
        """The evaluation of the model: its score is the likelihood of recordings."""
        values: dict[str, float] = {}
        samples, started = 0, time.perf_counter()
        for split, task in (("val", self.held_out), ("train", self.task)):
            # Clips that are silent throughout have no likelihood; they must not stop the run.
            with suppress(Unusable):
                losses, count = self._losses(run, task)
                samples += count
                values |= {f"{split}_{name}": value for name, value in losses._asdict().items()}
        values["val_items_per_sec"] = samples / (time.perf_counter() - started)
        split = "val" if "val_total" in values else "train"
        loss = values.get(f"{split}_total", float("nan"))
        if split == "val":
            values["val_loss"] = loss
        warnings: list[str] = []
        distance = self._speak(run, self.held_out if split == "val" else self.task, warnings)
        values["spectral_distance_db"] = distance
        message = (
            f"step {run.step}: {split} crops: loss {loss:.3f}; resynthesis: "
            f"log-spectral distance {distance:.1f} dB"
        )
        score = -loss if np.isfinite(loss) else float("-inf")
        return Evaluation(values, score, message, tuple(warnings))

    def _losses(self, run: TrainingRun, task: WaveGlowTask) -> tuple[FlowLosses, int]:
        """The mean losses of one fixed crop of each clip, and the number of samples of all.

        Raises Unusable if there are none.
        """
        if not len(task.items):
            raise Unusable("there are no clips")
        count = min(len(task.items), LIKELIHOOD_CLIPS)
        places = np.linspace(0, len(task.items) - 1, count).round().astype(int)
        batches = evaluation_batches(task.lengths[places], self.recipe.train.batch_size)
        device = next(run.model.parameters()).device
        sums, samples = [], 0
        with speaking(run.model):
            for indices in batches:
                batch = task.read(places[indices]).to(device)
                samples += task.size(batch)
                total = torch.tensor(count * batch.audio.shape[1], device=device)
                sums.append(torch.stack(task.losses(run.model, batch, run.step, [total])))
        return FlowLosses(*torch.stack(sums).sum(0).tolist()), samples

    def _speak(self, run: TrainingRun, task: WaveGlowTask, warnings: list[str]) -> float:
        """Resynthesise the start of a few clips; the mean distance from the recordings."""
        mel, distances = self.recipe.frontend.mel, []
        vocoder = WaveGlowVocoder(as_kind(run.model, WaveGlow), mel, VocoderConfig(denoiser=0))
        order = np.argsort(task.items.frames, kind="stable")
        count = min(CLIPS, len(order))
        for middle in (np.arange(count) + 0.5) * len(order) / count:
            item = task.items[int(order[int(middle)])]
            try:
                samples = read_sound(item.path).samples[: int(SECONDS * mel.rate)]
                recorded = log_mel(samples, mel)
            except (ClipError, OSError):
                continue
            spoken = _vocode(vocoder, recorded, self.recipe.train.seed)[: len(samples)]
            distances.append(spectral_distance_db(spoken, samples[: len(spoken)], mel))
            with warning_of(self.folder / SPEECH / item.id, warnings):
                self._show(run, item.id, spoken, recorded)
        self.log.flush()
        return float(np.mean(distances)) if distances else float("nan")

    def _show(self, run: TrainingRun, id: str, spoken: np.ndarray, recorded: np.ndarray) -> None:
        mel, (name, picture) = self.recipe.frontend.mel, speech_file(self.folder, id)
        audible = np.clip(np.nan_to_num(spoken), -1, 1)
        write_speech(picture.with_suffix(".wav"), audible, mel.rate)
        pairs = [("recorded", recorded), ("spoken", log_mel(audible, mel))]
        draw_mels(pairs, picture, name, mel.hop_length / mel.rate)
        self.log.picture(run.step, f"speech/{name}", picture)
        self.log.sound(run.step, f"speech/{name}", audible, mel.rate)


def _vocode(vocoder: Vocoder, mel: np.ndarray, seed: int) -> np.ndarray:
    """The sound of a mel; NaN if the model has diverged."""
    try:
        return vocoder(mel, seed)
    except Unusable:
        return np.full(mel.shape[1] * vocoder.mel.hop_length, np.nan, np.float32)


def spectral_distance_db(
    samples: np.ndarray, reference: np.ndarray, config: StftConfig, floor_db: float = FLOOR_DB
) -> float:
    """The log-spectral distance of two equally long sounds, in dB (Gray and Markel 1976).

    The root mean square over the bins of a frame, then the mean over frames; both spectra are
    floored at `floor_db` below the loudest bin of the reference. NaN for a non-finite sound.
    """
    if not np.isfinite(samples).all():
        return float("nan")
    sounds = (np.clip(samples, -1, 1), reference)
    spectra = [magnitudes(sound.astype(np.float32), config) for sound in sounds]
    floor = max(float(spectra[1].max()), 1e-9) * 10 ** (-floor_db / 20)
    levels = [20 * np.log10(np.maximum(spectrum, floor)) for spectrum in spectra]
    return float(np.sqrt(np.mean(np.square(levels[0] - levels[1]), axis=0)).mean())
