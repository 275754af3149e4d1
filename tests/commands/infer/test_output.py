"""The files of an utterance: a wav, arrays, and a picture of each part."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

from tests.commands.infer.made import INFER, MEL, SPEECH, say
from tests.train.vocoding import made_mel
from voiceprep.audio.sound import Sound
from voiceprep.commands.infer.output import write_utterance
from voiceprep.files import Stamp
from voiceprep.train.frontend import FrontendConfig, Sentence
from voiceprep.train.speech.acoustic import SynthesisResult
from voiceprep.train.speech.synthesizer import Utterance

SYNTHESIZER = SimpleNamespace(frontend=FrontendConfig(), infer=INFER)


def result_of(frames, symbols, gated=True):
    alignment = np.full((frames, symbols), 1 / symbols, np.float32) if gated else None
    gate = np.linspace(0, 1, frames, dtype=np.float32) if gated else None
    sentence = Sentence(tuple(range(symbols)), text="One.")
    return SynthesisResult(sentence, made_mel(frames, 80), alignment, gate, "gate")


def utterance_of(*results):
    mel = np.concatenate([result.mel for result in results], axis=1)
    sound = Sound(np.zeros(mel.shape[1] * MEL.hop_length, np.float32), MEL.rate)
    return Utterance("One. One.", sound, mel, results, tuple(range(len(results))))


def written(folder, *results):
    stamps = []

    def note(stamp, pictures):
        stamps.append(stamp)
        assert not [path for path in folder.iterdir() if not path.name.startswith(".")]
        return pictures

    wav = folder / "a.wav"
    pictures = write_utterance(utterance_of(*results), wav, SYNTHESIZER, 10**18, note)
    assert stamps == [Stamp.of(wav)]
    return pictures


def test_the_arrays_of_parts_of_other_lengths_are_padded_with_zeros(tmp_path):
    long, short = result_of(9, 5), result_of(4, 7)
    assert written(tmp_path, long, short) == ["a.part-1.png", "a.part-2.png"]
    with np.load(tmp_path / "a.npz") as arrays:
        assert arrays["mel"].shape == (80, 13)
        assert arrays["alignment"].shape == (2, 9, 7)
        assert np.array_equal(arrays["alignment"][1, :4], short.alignment)
        assert not arrays["alignment"][0, :, 5:].any()
        assert not arrays["alignment"][1, 4:].any()
        assert np.array_equal(arrays["gate"][0], long.gate)
        assert not arrays["gate"][1, 4:].any()
        assert arrays["steps"].tolist() == [9, 4]
        assert arrays["symbols"].tolist() == [5, 7]
        assert arrays["starts"].tolist() == [0, 1]
        assert arrays["texts"].tolist() == ["One.", "One."]
    assert soundfile.info(tmp_path / "a.wav").frames == 13 * MEL.hop_length


def test_a_model_without_gate_and_attention_has_no_arrays_of_them(tmp_path):
    assert written(tmp_path, result_of(6, 5, gated=False)) == ["a.png"]
    with np.load(tmp_path / "a.npz") as arrays:
        assert not {"alignment", "gate"} & set(arrays)
    assert (tmp_path / "a.png").stat().st_size > 1000


def test_what_cannot_be_noted_leaves_no_file(tmp_path):
    def note(stamp, pictures):
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        write_utterance(utterance_of(result_of(6, 5)), tmp_path / "a.wav", SYNTHESIZER, 0, note)
    assert not list(tmp_path.iterdir())


def test_a_long_text_has_a_picture_of_each_part(voice):
    speech = replace(SPEECH, longest_text=20)
    asked = {"input": str(voice / "list.txt")}
    (voice / "list.txt").write_text("a|One and two and so on. Three and four. Five and six.\n")
    say(voice, asked=asked, speech=speech)
    pictures = sorted(path.name for path in (voice / "speech").glob("*.png"))
    assert pictures == [f"a.part-{number}.png" for number in range(1, 4)]
    (voice / "list.txt").write_text("a|One and two.\n")
    say(voice, asked=asked, speech=speech)
    assert [path.name for path in (voice / "speech").glob("*.png")] == ["a.png"]
