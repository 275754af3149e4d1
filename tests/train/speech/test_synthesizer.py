"""A voice that speaks: the same alone as among others, in parts with pauses, never beyond scale."""

from dataclasses import asdict, replace

import numpy as np
import pytest
import soundfile
import torch

from tests.train.made import TINY
from tests.train.tacotron2.test_infer import restless_model
from tests.train.vocoding import FITTING, made_mel, waveglow_checkpoint
from voiceprep.audio.mel import MelConfig
from voiceprep.errors import CheckpointError, OutOfMemory, Unusable, UserError
from voiceprep.train.checkpoints.checkpoint import Checkpoint
from voiceprep.train.frontend import FrontendConfig
from voiceprep.train.settings import InferConfig, SpeechConfig
from voiceprep.train.speech.griffin_lim import GriffinLim
from voiceprep.train.speech.synthesizer import Synthesizer, pick_machine
from voiceprep.train.tacotron2.infer import Tacotron2Acoustic
from voiceprep.train.tacotron2.network import Tacotron2

MEL = MelConfig(mel_channels=10)
SHORT = InferConfig(max_frames=40, saturation_frames=0)
EXACT = SpeechConfig(precision="fp32", device="cpu", longest_text=20)
TEXTS = ["One and two.", "Three, four and five.", "Six."]


class Loud:
    """A vocoder beyond full scale."""

    name, mel = "loud", MEL

    def __call__(self, mel, seed):  # noqa: ARG002
        return np.full(mel.shape[1] * MEL.hop_length, 1.6, np.float32)


class Broken(Loud):
    def __call__(self, mel, seed):  # noqa: ARG002
        raise Unusable("it broke")


class Seeds(Loud):
    """A vocoder that keeps the seeds that it is given."""

    def __init__(self):
        self.seeds = []

    def __call__(self, mel, seed):
        self.seeds.append(seed)
        return np.zeros(mel.shape[1] * MEL.hop_length, np.float32)


def speaker(vocoder=None, model=None, infer=SHORT, speech=EXACT):
    model = model or restless_model()
    acoustic = Tacotron2Acoustic(model, FrontendConfig(mel=MEL))
    return Synthesizer(acoustic, vocoder or GriffinLim(MEL), infer, speech)


def saved(path, config=None, **voice):
    config = config or replace(TINY, mel_channels=80)
    torch.manual_seed(0)
    weights = Tacotron2(config).state_dict()
    Checkpoint("tacotron2", asdict(config), FrontendConfig(**voice), weights).save(path)
    return path


def test_a_text_is_said_as_among_others_and_in_their_order():
    voice = speaker()
    together = list(voice.say_all(TEXTS))
    assert [spoken.text for spoken in together] == TEXTS
    for text, spoken in zip(TEXTS, together, strict=True):
        alone = voice.say(text)
        assert alone.stops == spoken.stops
        np.testing.assert_allclose(alone.mel, spoken.mel, atol=1e-4)
        assert len(alone.sound.samples) == alone.mel.shape[1] * MEL.hop_length


def test_the_seed_is_the_sentences_and_the_settings():
    one, other, seeds = Seeds(), Seeds(), Seeds()
    list(speaker(one).say_all(TEXTS))
    list(speaker(other, infer=replace(SHORT, batch_size=1)).say_all(TEXTS[::-1]))
    list(speaker(seeds, infer=replace(SHORT, seed=5)).say_all(TEXTS))
    assert sorted(one.seeds) == sorted(other.seeds)
    assert len({*one.seeds, *seeds.seeds}) == 2 * len(one.seeds)


def test_a_long_text_is_said_in_parts_with_pauses_between_them():
    text = "One and two. Three. Four and five.\n\nSix and seven."
    speech = replace(EXACT, pause_seconds=0.25, paragraph_seconds=0.5)
    spoken = speaker(speech=speech).say(text)
    assert [part.sentence.text for part in spoken.speeches] == [
        "One and two. Three.",
        "Four and five.",
        "Six and seven.",
    ]
    frames = [part.frames for part in spoken.speeches]
    pauses = [
        start - before - count
        for start, before, count in zip(spoken.starts[1:], spoken.starts, frames, strict=False)
    ]
    assert [round(pause * 256 / 22050, 1) for pause in pauses] == [0.3, 0.5]
    between = slice((spoken.starts[1] - pauses[0]) * 256, spoken.starts[1] * 256)
    assert not spoken.sound.samples[between].any()
    assert np.abs(np.diff(spoken.sound.samples)).max() < 1
    assert np.allclose(spoken.mel[:, spoken.starts[1] - 1], np.log(MEL.log_floor))


def test_no_pause_where_only_a_word_ends():
    spoken = speaker().say("one two three four five six seven eight")
    first, second = spoken.speeches[:2]
    assert spoken.starts[1] == first.frames
    assert second.frames


def test_what_would_clip_is_turned_down_as_a_whole_and_told(tmp_path):
    spoken = speaker(Loud()).say("One.")
    assert spoken.turned_down_db == pytest.approx(4.08, abs=0.01)
    spoken.write(tmp_path / "loud.wav")
    samples, rate = soundfile.read(tmp_path / "loud.wav", dtype="int16")
    assert rate == 22050
    assert np.abs(samples.astype(int)).max() < 2**15 - 1
    assert np.array_equal(np.frombuffer(spoken.pcm, "<i2"), samples)


def test_a_stream_is_the_parts_with_the_pauses_after_them():
    voice = speaker(speech=replace(EXACT, pause_seconds=0.5))
    texts = ["One and two. Three and four.", "Five."]
    parts = list(voice.stream(texts))
    assert [part.text for part in parts] == ["One and two.", "Three and four.", "Five."]
    wholes = [spoken.mel for spoken in voice.say_all(texts)]
    streamed = np.concatenate([part.mel for part in parts], 1)
    pause = round(voice.speech.paragraph_seconds * 22050 / 256)
    assert streamed.shape[1] == sum(mel.shape[1] for mel in wholes) + pause
    np.testing.assert_allclose(streamed[:, : wholes[0].shape[1]], wholes[0], atol=1e-4)


@pytest.mark.parametrize("text", ["", " \n", "_", "\x00\x07"])
def test_what_cannot_be_spoken_is_told(text):
    (spoken,) = speaker().say_all([text])
    assert spoken.trouble == "nothing in it can be spoken"
    assert not len(spoken.sound.samples)
    with pytest.raises(Unusable, match="nothing in it"):
        speaker().say(text)


def test_unknown_symbols_are_listed():
    assert "\x07" in speaker().say("One \x07 two.").unknown


def test_one_part_without_sound_does_not_take_the_others_along():
    spoken = next(speaker(Broken()).say_all(["One and two. Three and four."]))
    assert (spoken.trouble, spoken.well, len(spoken.speeches)) == ("it broke", False, 2)


def test_a_model_that_breaks_at_once_is_told():
    model = restless_model()
    model.decoder.linear_projection.linear_layer.bias.data[:] = np.inf
    (spoken,) = speaker(model=model).say_all(["One."])
    assert spoken.stops == ("nan",)
    assert "not finite" in spoken.trouble


def test_the_limit_is_not_well():
    endless = InferConfig(gate_threshold=0.999999, max_frames=30, saturation_frames=0)
    spoken = speaker(infer=endless).say("One.")
    assert (spoken.stops, spoken.well) == (("limit",), False)


def test_ten_thousand_characters():
    text = "One and two, and so on and on. " * 330
    speech = replace(EXACT, longest_text=150)
    spoken = speaker(Seeds(), speech=speech, infer=replace(SHORT, max_frames=4)).say(text)
    assert len(spoken.speeches) > 60
    said = " ".join(part.sentence.text for part in spoken.speeches)
    assert said == text.strip()


def test_a_voice_is_loaded_in_three_lines(tmp_path):
    saved(tmp_path / "voice.pt")
    waveglow_checkpoint(FITTING, MelConfig()).save(tmp_path / "waveglow.pt")
    voice = Synthesizer.load(tmp_path / "voice.pt", tmp_path / "waveglow.pt", SHORT, EXACT)
    said = voice.say("A sentence.")
    assert voice.vocoder.name == "waveglow"
    assert said.sound.seconds == pytest.approx(said.mel.shape[1] * 256 / 22050)
    assert Synthesizer.load(str(tmp_path / "voice.pt"), infer=SHORT).vocoder.name == "griffin-lim"


def test_mels_that_do_not_fit_each_other_are_told_apart(tmp_path):
    saved(tmp_path / "voice.pt", mel=MelConfig(fmax_hz=7000.0, rate=16000))
    waveglow_checkpoint(FITTING, MelConfig()).save(tmp_path / "waveglow.pt")
    with pytest.raises(UserError, match=r"rate 16000.* fmax_hz 7000.*--vocoder no for Griffin"):
        Synthesizer.load(tmp_path / "voice.pt", tmp_path / "waveglow.pt")


def test_checkpoints_the_wrong_way_round(tmp_path):
    saved(tmp_path / "voice.pt")
    waveglow_checkpoint(FITTING, MelConfig()).save(tmp_path / "waveglow.pt")
    for name in ("waveglow.pt", "nothing.pt"):
        with pytest.raises(CheckpointError) as caught:
            Synthesizer.load(tmp_path / name)
        assert caught.value.path == tmp_path / name


def test_griffin_lim_of_any_length():
    for frames in (1, 2, 3):
        assert len(GriffinLim(MEL)(made_mel(frames, 10), 1)) == frames * 256


def test_some_texts_are_said_in_the_batches_of_all(monkeypatch):
    voice = speaker(infer=replace(SHORT, batch_size=2), speech=replace(EXACT, longest_text=40))
    spoken, speak = [], voice.acoustic.speak

    def listen(sentences, infer):
        spoken.append([sentence.text for sentence in sentences])
        return speak(sentences, infer)

    whole = [one.sound.samples for one in voice.say_all(TEXTS)]
    monkeypatch.setattr(type(voice.acoustic), "speak", lambda _, *given: listen(*given))
    (second,) = voice.say_all(TEXTS, wanted={1})
    assert spoken == [["One and two.", "Three, four and five."]]
    assert np.array_equal(second.sound.samples, whole[1])


def test_fp16_on_a_cpu_is_the_precision_of_auto_and_noted(tmp_path, monkeypatch):
    path = saved(tmp_path / "voice.pt")
    for able, auto in (({"avx512_bf16": True}, "bf16"), ({"avx2": True}, "fp32")):
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda able=able: able)
        assert pick_machine(SpeechConfig(device="cpu", precision="fp16")).precision == auto
        voices = [
            Synthesizer.load(path, None, SHORT, SpeechConfig(device="cpu", precision=precision))
            for precision in ("fp16", auto)
        ]
        (note,) = voices[0].notes
        assert note.endswith(f" {auto}")
        assert not voices[1].notes
        one, other = (voice.say("One.").sound.samples for voice in voices)
        assert np.array_equal(one, other)


def test_the_notes_of_the_front_end_are_among_the_voices(monkeypatch):
    voice = speaker()
    monkeypatch.setattr(type(voice.frontend.text), "notes", ("another dictionary",))
    assert "another dictionary" in voice.notes


class Full(Loud):
    def __call__(self, mel, seed):  # noqa: ARG002
        raise MemoryError


def test_out_of_memory_names_the_batch_or_the_sound_and_what_to_lower(monkeypatch):
    with pytest.raises(OutOfMemory, match=r"vocoding \d.* of sound") as caught:
        speaker(Full()).say("One and two.")
    assert caught.value.advice == "lower --chunk-seconds"
    voice = speaker()

    def full(*_):
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory")

    monkeypatch.setattr(type(voice.acoustic), "speak", full)
    with pytest.raises(OutOfMemory, match="a batch of 3 sentences") as caught:
        list(voice.say_all(TEXTS[:2]))
    assert "--batch-size" in caught.value.advice
