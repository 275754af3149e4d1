import inspect

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import voiceprep
from tests.signals import noise, speech, stereo, tone, write, write_mp3
from voiceprep.audio.sound import Sound, Treated
from voiceprep.audio.trim import TrimConfig
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


FUNCTIONS = ["convert", *STEPS, "measure_loudness", "find_speech", "log_mel"]
FORMS = {
    "integers": lambda clip: Sound(clip, 22050),
    "doubles": lambda clip: Sound((clip / 32768).astype(np.float64), 22050),
    "a column": lambda clip: Sound((clip / 32768).astype(np.float32)[:, np.newaxis], 22050),
    "a list": lambda clip: Sound((clip / 32768).astype(np.float32).tolist(), 22050),
    "a rate of numpy": lambda clip: Sound(clip, np.float32(22050)),
}


def plain(made):
    """The samples and numbers of a result, to compare."""
    if isinstance(made, Treated):
        assert made.sound.samples.dtype == np.float32
        assert type(made.sound.rate) is int
        return made.sound.samples.tolist()
    return made.tolist() if isinstance(made, np.ndarray) else made


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_sound_may_hold_its_samples_in_another_form(name, form, clip):
    function = getattr(voiceprep, name)
    # Of integers alone convert knows that they need no dither.
    whole = name == "convert" and form in ("integers", "a rate of numpy")
    samples = clip if whole else (clip / 32768).astype(np.float32)
    assert plain(function(FORMS[form](clip))) == plain(function(Sound(samples, 22050)))


@pytest.mark.parametrize("rate", [0, -1, 22050.5, "22050", True, float("nan"), 10**9])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_rate_that_is_none_is_refused(name, rate, clip):
    for call in (
        lambda function: function(clip, sample_rate=rate),
        lambda function: function(Sound(clip, rate)),
    ):
        with pytest.raises(UserError, match="sample_rate"):
            call(getattr(voiceprep, name))


def test_a_rate_may_be_a_float(clip):
    speech = voiceprep.find_speech(clip, 22050.0)
    assert speech == voiceprep.find_speech(clip, np.int32(22050))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_integers_as_floats_are_refused(name, clip):
    with pytest.raises(UserError, match="32768"):
        getattr(voiceprep, name)(clip.astype(float), sample_rate=22050)


@pytest.mark.parametrize("name", ["denoise", "trim"])
def test_what_would_be_clipped_is_refused(name, clip, tmp_path):
    loud = Sound((clip / np.abs(clip).max()).astype(np.float32) * np.float32(1.5), 22050)
    with pytest.raises(Unusable, match=r"1\.5"):
        getattr(voiceprep, name)(loud)
    with pytest.raises(Unusable):
        voiceprep.write_sound(tmp_path / "a.wav", loud)
    assert np.abs(voiceprep.convert(loud).sound.samples).max() <= 1
    assert np.abs(voiceprep.loudness(loud).sound.samples).max() <= 1


@pytest.mark.parametrize("name", [*STEPS, "measure_loudness", "find_speech", "log_mel"])
def test_samples_that_are_not_finite_are_unusable(name):
    samples = tone()
    samples[7] = np.nan
    with pytest.raises(Unusable, match="finite"):
        getattr(voiceprep, name)(samples, sample_rate=22050)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_rate_beside_a_sound_or_a_file_is_refused(name, clip, tmp_path):
    path = write(tmp_path / "a.wav", clip)
    for source in (path, voiceprep.read_sound(path)):
        with pytest.raises(UserError, match="sample_rate"):
            getattr(voiceprep, name)(source, sample_rate=16000)


@pytest.mark.parametrize("step", ["convert", *STEPS])
def test_a_target_is_for_files(step, clip, tmp_path):
    with pytest.raises(UserError, match="write_sound"):
        getattr(voiceprep, step)(Sound(clip, 22050), tmp_path / "a.wav")
    assert not (tmp_path / "a.wav").exists()


@pytest.mark.parametrize(
    "source", [["a.wav", "b.wav"], None, b"a.wav", Treated(Sound(tone(), 22050))]
)
def test_what_is_no_sound_is_named(source):
    for name in FUNCTIONS:
        with pytest.raises(UserError, match=type(source).__name__):
            getattr(voiceprep, name)(source)


def test_only_a_sound_is_written(clip, tmp_path):
    for sound in (clip, Treated(Sound(clip, 22050))):
        with pytest.raises(UserError, match="Sound"):
            voiceprep.write_sound(tmp_path / "a.wav", sound)
    assert not list(tmp_path.iterdir())


def test_settings_come_in_the_same_forms_as_for_files(clip):
    usual = voiceprep.trim(clip, sample_rate=22050, tail_seconds=0.4)
    for section in ({"tail_seconds": 0.4}, TrimConfig(tail_seconds=0.4)):
        made = voiceprep.trim(clip, sample_rate=22050, settings={"trim": section})
        assert np.array_equal(made, usual)
    for value in (np.float32(0.4), "0.4"):
        assert np.array_equal(voiceprep.trim(clip, sample_rate=22050, tail_seconds=value), usual)
    default = voiceprep.trim(clip, sample_rate=22050)
    assert np.array_equal(voiceprep.trim(clip, sample_rate=22050, tail_seconds=None), default)


def test_sox_converts_files_only(clip):
    with pytest.raises(SettingError) as caught:
        voiceprep.convert(clip, sample_rate=22050, engine="sox")
    assert caught.value.key == "engine"


def test_sounds_can_be_compared_and_hashed(clip):
    sound = Sound(clip, 22050)
    assert sound == sound
    assert sound != Sound(clip.copy(), 22050)
    assert len({sound, sound}) == 1
