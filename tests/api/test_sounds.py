import inspect

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import voiceprep
from tests.signals import noise, speech, stereo, tone, write, write_mp3
from voiceprep.audio.sound import Sound, Treated
from voiceprep.errors import SettingError, Unusable, UserError

STEPS = ["denoise", "trim", "loudness"]


@pytest.fixture(scope="module")
def clip():
    """Speech in noise, with silence at both ends, on the steps of a 16-bit wav."""
    samples = np.pad(speech(2.0), 11025) + noise(3.0, 0.003)
    return (samples * 32767).astype(np.int16)


@pytest.mark.parametrize("step", STEPS)
def test_a_path_a_sound_and_an_array_give_the_same_samples(step, clip, tmp_path):
    function = getattr(voiceprep, step)
    source = write(tmp_path / "in" / "a.wav", clip)
    result = function(source, tmp_path / "out")
    assert result.counts["done"] == 1
    written = voiceprep.read_sound(tmp_path / "out" / "a.wav")
    treated = function(voiceprep.read_sound(source))
    assert isinstance(treated, Treated)
    assert np.array_equal(treated.sound.samples, written.samples)
    assert np.array_equal(function(clip, sample_rate=22050), written.samples)
    assert set(treated.facts) <= set(result.outcomes[0].facts[step])


def test_an_array_is_converted_as_a_file(tmp_path):
    channels = stereo(tone(rate=44100), tone(hz=660.0, rate=44100))
    source = write(tmp_path / "a.wav", channels, 44100, "FLOAT")
    voiceprep.convert(source, tmp_path / "wavs", rate=16000)
    written = voiceprep.read_sound(tmp_path / "wavs" / "a.wav")
    made = voiceprep.convert(channels, sample_rate=44100, rate=16000)
    assert written.rate == 16000
    assert np.array_equal(made, written.samples)


def test_converting_a_sound_says_what_was_done():
    treated = voiceprep.convert(Sound(stereo(tone(), 0 * tone()), 22050))
    assert np.allclose(treated.sound.samples, tone(), atol=1e-4)
    assert treated.note


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(-32768, 32767), min_size=100, max_size=400))
def test_integers_at_their_own_rate_are_kept_bit_for_bit(values):
    samples = np.array([*values, 20000, -20000] * 60, np.int16)
    made = voiceprep.convert(samples, sample_rate=22050, dither=False)
    offset = samples.mean() / np.abs(samples.astype(float)).max()
    if abs(offset) < 0.001:
        assert np.array_equal(made, samples / np.float32(32768))


def test_options_and_settings_are_those_of_the_section(clip):
    longer = voiceprep.trim(clip, sample_rate=22050, tail_seconds=0.4)
    same = voiceprep.trim(clip, sample_rate=22050, settings={"trim.tail_seconds": 0.4})
    usual = voiceprep.trim(clip, sample_rate=22050)
    assert np.array_equal(longer, same)
    assert len(longer) - len(usual) == pytest.approx(0.25 * 22050, abs=600)


def test_a_setting_of_another_section_is_refused(clip):
    with pytest.raises(SettingError) as caught:
        voiceprep.trim(clip, sample_rate=22050, settings={"mel.hop_length": 256})
    assert caught.value.key == "mel.hop_length"
    with pytest.raises(SettingError) as caught:
        voiceprep.trim(clip, sample_rate=22050, tail_second=0.4)
    assert caught.value.key == "trim.tail_second"


@pytest.mark.parametrize("step", ["convert", *STEPS])
def test_an_array_without_its_rate_is_refused(step):
    with pytest.raises(UserError, match="sample_rate"):
        getattr(voiceprep, step)(tone())


@pytest.mark.parametrize(
    "samples",
    [np.zeros((2, 44100)), np.zeros((10, 2, 2)), np.arange(100), np.float32(1.0)],
    ids=["swapped axes", "three axes", "wide integers", "a number"],
)
def test_an_array_of_another_shape_or_type_is_refused(samples):
    with pytest.raises(UserError):
        voiceprep.convert(samples, sample_rate=22050)


def test_several_channels_are_for_convert():
    with pytest.raises(UserError, match="convert"):
        voiceprep.find_speech(stereo(tone(), tone()), sample_rate=22050)


@pytest.mark.parametrize("step", ["denoise", "trim", "loudness"])
def test_a_file_needs_a_target(step, tmp_path):
    with pytest.raises(UserError, match="read_sound"):
        getattr(voiceprep, step)(tmp_path / "a.wav")


def test_a_folder_is_only_measured_without_a_target(clip, tmp_path):
    write(tmp_path / "a.wav", clip)
    levels = voiceprep.loudness(tmp_path, print_stats=True)
    sound = voiceprep.read_sound(tmp_path / "a.wav")
    assert levels.measured.values["a"] == voiceprep.measure_loudness(sound)


def test_silence_and_nothing_are_unusable():
    for samples in (np.zeros(22050, np.float32), np.zeros(0, np.float32)):
        for step in ("convert", "denoise", "trim"):
            with pytest.raises(Unusable):
                getattr(voiceprep, step)(samples, sample_rate=22050)


def test_a_recording_is_read_at_its_own_rate_or_another(tmp_path):
    path = write_mp3(tmp_path / "a.mp3", tone(rate=44100), 44100)
    assert voiceprep.read_sound(path).rate == 44100
    sound = voiceprep.read_sound(str(path), 22050)
    assert sound.rate == 22050
    assert np.abs(sound.samples).max() == pytest.approx(0.5, abs=0.05)


def test_what_is_written_is_read_again(clip, tmp_path):
    sound = Sound(clip / np.float32(32768), 22050)
    voiceprep.write_sound(tmp_path / "a.wav", sound)
    assert np.array_equal(voiceprep.read_sound(tmp_path / "a.wav").samples, sound.samples)
    with pytest.raises(UserError):
        voiceprep.write_sound(tmp_path / "b.wav", sound, bits=8)
    assert not (tmp_path / "b.wav").exists()


def test_the_mel_of_a_recording_is_that_of_its_wav(tmp_path):
    source = write(tmp_path / "mp3dir" / "a.wav", tone(rate=44100), 44100)
    voiceprep.convert(source, dataset=tmp_path)
    voiceprep.cache_mels(dataset=tmp_path)
    cached = np.load(tmp_path / "mels" / "a.npy")
    assert np.array_equal(voiceprep.log_mel(source), cached)
    assert voiceprep.log_mel(tone(rate=44100), sample_rate=44100).shape == cached.shape
    wav = voiceprep.read_sound(tmp_path / "wavs" / "a.wav")
    assert np.array_equal(voiceprep.log_mel(wav), cached)


def test_speech_is_found_where_it_is(clip):
    speech = voiceprep.find_speech(clip, sample_rate=22050)
    assert speech.lead == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize("step", ["convert", *STEPS])
def test_the_signatures_are_alike(step):
    names = list(inspect.signature(getattr(voiceprep, step)).parameters)
    assert names == ["source", "target", "sample_rate", "settings", "progress", "options"]
