import struct
import subprocess
from dataclasses import replace

import numpy as np
import pytest
import soundfile
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.signals import (
    RATE,
    asymmetric,
    noise,
    read,
    speech,
    stereo,
    sweep,
    tone,
    write,
    write_mp3,
)
from voiceprep.audio import sound as sound_room
from voiceprep.audio.convert import ConvertConfig, convert_file, resample
from voiceprep.errors import SettingError, Unusable

CONFIG = ConvertConfig()
PLAIN = ConvertConfig(dither=False)


def converted(tmp_path, source, config=CONFIG):
    """What convert_file told, and the samples it wrote."""
    target = tmp_path / "made.wav"
    told = convert_file(source, target, config)
    return told, read(target)


@pytest.mark.parametrize(
    ("suffix", "subtype"),
    [
        *[("wav", name) for name in ("PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE")],
        *[("wav", "ALAW"), ("wav", "ULAW"), ("flac", "PCM_24"), ("aiff", "PCM_16")],
        *[("ogg", "VORBIS"), ("opus", "OPUS"), ("mp3", "MPEG_LAYER_III")],
    ],
)
def test_every_kind_of_recording_keeps_its_level_and_length(tmp_path, suffix, subtype):
    path = tmp_path / f"sound.{suffix}"
    form = "OGG" if suffix == "opus" else None
    soundfile.write(path, tone(1.0, 440, 0.5, 48000), 48000, subtype=subtype, format=form)
    told, samples = converted(tmp_path, path)
    assert len(samples) == pytest.approx(22050, abs=2)
    assert told.seconds == pytest.approx(1.0, abs=1e-4)
    level = np.sqrt(np.mean((samples[2000:-2000] / 2**15) ** 2))
    assert level == pytest.approx(0.5 / np.sqrt(2), rel=0.03)


def test_a_wav_is_16_bits_of_one_channel(tmp_path):
    source = write(tmp_path / "sound.flac", np.stack([sweep(rate=44100)] * 2, axis=1), 44100)
    convert_file(source, tmp_path / "made.wav", CONFIG)
    info = soundfile.info(tmp_path / "made.wav")
    assert (info.format, info.subtype) == ("WAV", "PCM_16")
    assert (info.channels, info.samplerate, info.frames) == (1, 22050, 44100)


def test_it_is_resampled_as_soxr_does_at_its_best(tmp_path):
    sound = sweep(3.0, 44100)
    _, samples = converted(tmp_path, write(tmp_path / "sound.wav", sound, 44100, "FLOAT"), PLAIN)
    truth = soxr.resample(sound, 44100, 22050, quality="VHQ")
    assert np.array_equal(samples, np.rint(truth * 2**15).astype(np.int16))


@pytest.mark.parametrize("rate", [11025, 16000, 44100, 48000, 96000])
def test_a_resampled_tone_is_the_ideal_tone(tmp_path, rate):
    turns = np.arange(3 * rate) * 440 / rate
    source = write(tmp_path / "sound.wav", 0.5 * np.sin(2 * np.pi * turns), rate, "FLOAT")
    convert_file(source, tmp_path / "made.wav", ConvertConfig(bits=24, dither=False))
    made = soundfile.read(tmp_path / "made.wav")[0]
    ideal = 0.5 * np.sin(2 * np.pi * 440 / 22050 * np.arange(len(made)))
    assert len(made) == 66150
    # 120 dB under the tone, its beginning and end left out.
    assert np.abs(made - ideal)[2000:-2000].max() < 0.5e-6


@settings(deadline=None, max_examples=25)
@given(st.integers(4000, 96000), st.integers(1, 300_000))
def test_any_rate_and_length_is_resampled_as_in_one_piece(rate, count):
    sound = np.resize(noise(0.5), count)
    blocks = np.split(sound, range(sound_room.BLOCK, count, sound_room.BLOCK))
    found = np.concatenate(list(resample(blocks, rate, 22050)))
    assert np.array_equal(found, soxr.resample(sound, rate, 22050, quality="VHQ"))


def test_what_needs_no_change_is_copied_bit_for_bit(tmp_path):
    source = write(tmp_path / "sound.wav", noise(1.0))
    _, samples = converted(tmp_path, source)
    assert np.array_equal(samples, read(source))


@pytest.mark.parametrize(
    ("suffix", "subtype", "bits"),
    [("wav", "PCM_U8", 16), ("flac", "PCM_16", 16), ("aiff", "PCM_16", 24), ("wav", "PCM_24", 24)],
)
def test_whole_numbers_of_fewer_bits_are_copied_bit_for_bit(tmp_path, suffix, subtype, bits):
    # libsndfile rounds down to 8 bits, which is an offset of half a step.
    sound = noise(1.0) + np.float32(2.0**-8 if subtype == "PCM_U8" else 0.0)
    source = write(tmp_path / f"sound.{suffix}", sound, subtype=subtype)
    convert_file(source, tmp_path / "made.wav", ConvertConfig(bits=bits))
    made = soundfile.read(tmp_path / "made.wav", dtype="int32")[0]
    assert np.array_equal(made, soundfile.read(source, dtype="int32")[0])


def test_two_like_sides_are_copied_bit_for_bit(tmp_path):
    source = write(tmp_path / "sound.wav", np.stack([noise(1.0)] * 2, axis=1))
    told, samples = converted(tmp_path, source)
    assert np.array_equal(samples, read(source)[:, 0])
    assert not told.warning


def test_a_side_that_is_taken_alone_is_copied_too(tmp_path):
    source = write(tmp_path / "sound.wav", np.stack([noise(seed=1), noise(seed=2)], axis=1))
    _, samples = converted(tmp_path, source, ConvertConfig(channel="right"))
    assert np.array_equal(samples, read(source)[:, 1])


def test_the_same_recording_gives_the_same_bytes(tmp_path):
    source = write(tmp_path / "sound.wav", sweep(2.0, 44100), 44100)
    convert_file(source, tmp_path / "a.wav", CONFIG)
    convert_file(source, tmp_path / "b.wav", CONFIG)
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()


def test_dither_is_a_white_noise_96_db_under_full_scale(tmp_path):
    source = write(tmp_path / "sound.wav", tone(4.0, rate=44100), 44100, "FLOAT")
    _, dithered = converted(tmp_path, source)
    truth = soxr.resample(tone(4.0, rate=44100), 44100, 22050, quality="VHQ") * 2.0**15
    error = dithered - truth
    assert 10 * np.log10(np.mean((error / 2**15) ** 2)) == pytest.approx(-96.3, abs=0.1)
    assert abs(np.corrcoef(error, truth)[0, 1]) < 0.01
    # White: no bin of its spectrum stands out.
    spectrum = np.abs(np.fft.rfft(error[: 2**16])) ** 2
    assert spectrum.max() < 20 * spectrum.mean()


def test_24_bits_hold_what_16_lose(tmp_path):
    sound = tone(level=2.0**-17, rate=44100)
    source = write(tmp_path / "sound.wav", sound + tone(rate=44100), 44100, "FLOAT")
    convert_file(source, tmp_path / "made.wav", ConvertConfig(bits=24))
    info = soundfile.info(tmp_path / "made.wav")
    assert info.subtype == "PCM_24"
    made = soundfile.read(tmp_path / "made.wav")[0]
    truth = soxr.resample(sound + tone(rate=44100), 44100, 22050, quality="VHQ")
    assert np.abs(made - truth).max() < 2.0**-21


def test_opposite_sides_do_not_cancel(tmp_path):
    source = write(tmp_path / "sound.wav", np.stack([tone(), -tone()], axis=1))
    told, samples = converted(tmp_path, source)
    assert "cancel" in told.warning
    assert np.abs(samples).max() == pytest.approx(2**14, rel=0.01)


@pytest.mark.parametrize(("channel", "level"), [("mean", 0.35), ("left", 0.2), ("loudest", 0.5)])
def test_two_sides_become_one_at_the_level_asked_for(tmp_path, channel, level):
    sides = stereo(tone(2.0, level=0.2), tone(2.0, level=0.5))
    told, samples = converted(
        tmp_path, write(tmp_path / "sound.wav", sides), ConvertConfig(channel=channel)
    )
    assert len(samples) == 44100
    assert np.abs(samples).max() == pytest.approx(level * 2**15, rel=1e-3)
    assert not told.warning


def test_a_side_without_sound_does_not_halve_the_other(tmp_path):
    source = write(tmp_path / "sound.wav", stereo(0 * speech(), speech()))
    told, samples = converted(tmp_path, source)
    assert told.warning == "the left channel is silent: the right channel was used alone"
    assert np.array_equal(samples, read(source)[:, 1])


def test_an_offset_is_taken_out_and_told(tmp_path):
    told, samples = converted(tmp_path, write(tmp_path / "sound.wav", tone(2.0) + 0.1))
    assert "an offset of +10 % of full scale was removed" in told.warning
    assert abs(samples.mean()) < 1


@pytest.mark.parametrize("level", [1.0, 0.05])
@pytest.mark.parametrize(
    ("seconds", "share", "taken"), [(2, 0.003, 1), (2, 0.001, 0), (0.3, 0.02, 1)]
)
def test_what_counts_as_an_offset_depends_on_the_peak_and_not_on_the_level(
    tmp_path, level, seconds, share, taken
):
    sound = level * (tone(seconds, 400.0) + np.float32(0.5 * share))
    told, _ = converted(tmp_path, write(tmp_path / "sound.wav", sound, subtype="FLOAT"))
    assert ("offset" in told.facts) == ("offset" in told.warning) == bool(taken)


def test_an_asymmetric_voice_is_left_as_it_is(tmp_path):
    source = write(tmp_path / "sound.wav", asymmetric())
    told, samples = converted(tmp_path, source)
    assert not told.facts and not told.warning
    assert np.array_equal(samples, read(source))


def test_digital_silence_stays_at_zero_beside_an_offset(tmp_path):
    clip = asymmetric(3.0, room=1e-3) + np.float32(0.03)
    clip[:5000], clip[-RATE:] = 0, 0
    told, samples = converted(tmp_path, write(tmp_path / "sound.wav", clip), ConvertConfig())
    assert told.facts["offset"] == pytest.approx(0.03, abs=0.001)
    # Dither alone is left.
    assert np.abs(samples[:5000]).max() <= 2 and np.abs(samples[-RATE:]).max() <= 2


def test_the_offset_of_the_pauses_is_removed_and_not_the_mean(tmp_path):
    source = write(tmp_path / "sound.wav", asymmetric(room=1e-3) + np.float32(0.03))
    told, samples = converted(tmp_path, source)
    assert told.facts["offset"] == pytest.approx(0.03, abs=0.001)
    assert abs(np.median(samples[:5000])) <= 5


def test_an_offset_under_a_step_is_left_in_a_near_silent_recording(tmp_path):
    # libsndfile rounds down, by half a step.
    source = write(tmp_path / "sound.wav", tone(2.0, 300, 2e-4))
    assert np.array_equal(converted(tmp_path, source)[1], read(source))


def test_a_few_samples_that_are_no_numbers_become_zero_and_are_told(tmp_path):
    sound = tone(2.0)
    sound[[5, 500, 5000]] = np.nan, np.inf, -np.inf
    told, samples = converted(tmp_path, write(tmp_path / "sound.wav", sound, subtype="FLOAT"))
    assert "samples that were not finite were set to 0: 3" in told.warning
    assert samples[[5, 500, 5000]].tolist() == pytest.approx([0, 0, 0], abs=2)


def test_a_recording_of_nan_is_of_no_use(tmp_path):
    sound = np.full(22050, np.nan, np.float32)
    with pytest.raises(Unusable, match="are not finite"):
        converted(tmp_path, write(tmp_path / "sound.wav", sound, subtype="FLOAT"))


@pytest.mark.parametrize("places", [[5000], [0, 5000, 5001, 44099]])
def test_spikes_become_zero_and_are_told_and_the_rest_keeps_its_level(tmp_path, places):
    whole = write(tmp_path / "whole.wav", speech(2.0), subtype="FLOAT")
    sound = speech(2.0)
    sound[places] = 17000 * np.array([1, -3, 2, -0.1])[: len(places)]
    told, samples = converted(tmp_path, write(tmp_path / "sound.wav", sound, subtype="FLOAT"))
    assert told.facts == {"spikes": len(places)}
    first = f"{places[0] / 22050:.2f} s"
    amount = f"{len(places)}, the first at {first}"
    assert told.warning == f"samples far above all others were set to 0: {amount}"
    truth = converted(tmp_path, whole)[1]
    truth[places] = 0
    assert np.abs(samples - truth.astype(int)).max() <= 2


def test_a_spike_in_one_channel_and_numbers_that_are_none_are_told_apart(tmp_path):
    sound = stereo(speech(2.0), speech(2.0))
    sound[700, 0], sound[5000, 1] = 1e38, 17000
    told, _ = converted(tmp_path, write(tmp_path / "sound.wav", sound, subtype="FLOAT"))
    assert told.facts == {"not_finite": 1, "spikes": 1}


@pytest.mark.parametrize("burst", [17000.0, 17000 * tone(0.05, 4000, 1.0)], ids=["flat", "tone"])
def test_a_burst_is_of_no_use(tmp_path, burst):
    sound = speech(8.0)
    sound[66150 : 66150 + 1102] = burst[:1102] if np.ndim(burst) else burst
    with pytest.raises(Unusable, match=r"damaged at 3\.00 s|jumps by \d+ dB at"):
        converted(tmp_path, write(tmp_path / "sound.wav", sound, subtype="FLOAT"))


def test_a_sound_of_two_scales_is_of_no_use(tmp_path):
    sound = speech(4.0)
    sound[44100:] *= 2.0**15
    with pytest.raises(Unusable, match="jumps by"):
        converted(tmp_path, write(tmp_path / "sound.wav", sound, subtype="FLOAT"))


@pytest.mark.parametrize("scale", [2.0**15, 2.0**31])
def test_floats_scaled_as_integers_are_turned_down(tmp_path, scale):
    plain = 2 * speech(2.0) / np.abs(speech(2.0)).max()
    source = write(tmp_path / "sound.wav", plain, subtype="FLOAT")
    scaled = write(tmp_path / "scaled.wav", plain * scale, subtype="FLOAT")
    told, samples = converted(tmp_path, scaled)
    assert "turned down" in told.warning
    assert np.array_equal(samples, converted(tmp_path, source)[1])


def test_a_late_side_is_not_mixed_to_a_comb(tmp_path):
    sound = speech(2.0, 44100)
    late = np.concatenate([np.zeros(30, np.float32), sound[:-30]])
    told, samples = converted(tmp_path, write(tmp_path / "a.wav", stereo(sound, late), 44100))
    assert "0.68 ms" in told.warning
    left = converted(tmp_path, write(tmp_path / "b.wav", sound, 44100))[1]
    assert np.array_equal(samples, left)


def test_clipping_in_the_recording_is_told(tmp_path):
    sound = np.clip(tone(level=3.0, rate=44100), -1, 1)
    told, _ = converted(tmp_path, write(tmp_path / "sound.wav", sound, 44100))
    clipped = np.count_nonzero(np.abs(sound) == 1)
    assert f"clipped when recorded: {clipped} samples at full scale" in told.warning
    assert told.facts["clipped"] == clipped


def test_floats_beyond_full_scale_are_turned_down_and_not_cut(tmp_path):
    source = write(tmp_path / "sound.wav", 2.0 * tone(2.0, level=1.0), subtype="FLOAT")
    told, samples = converted(tmp_path, source)
    assert told.warning == "turned down by 6.0 dB to prevent clipping"
    assert told.facts["gain_db"] == pytest.approx(-6.02, abs=0.01)
    wanted = tone(2.0, level=1.0) * (2**15 - 2)
    assert np.abs(samples - wanted).max() < 4


def test_overshoot_of_the_resampler_does_not_clip(tmp_path):
    square = np.sign(tone(1.0, hz=441, level=1.0, rate=44100)) * np.float32(0.99)
    told, samples = converted(tmp_path, write(tmp_path / "sound.wav", square, 44100), PLAIN)
    assert "turned down" in told.warning
    assert np.count_nonzero(np.abs(samples) >= 32767) < 3


def test_a_hair_too_loud_is_not_told_as_nothing(tmp_path):
    told, _ = converted(tmp_path, write(tmp_path / "sound.wav", tone(level=1.0), subtype="FLOAT"))
    assert told.warning == "turned down by less than 0.1 dB to prevent clipping"


@pytest.mark.parametrize("value", [1e10, 1e30, -3e38])
def test_an_absurd_value_does_not_silence_the_rest(tmp_path, value):
    sound = tone(2.0)
    sound[100] = value
    told, samples = converted(tmp_path, write(tmp_path / "sound.wav", sound, subtype="FLOAT"))
    assert told.facts == {"not_finite": 1}
    assert np.abs(samples).max() == pytest.approx(2**14, rel=0.01)


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(22050, np.float32),
        1e-6 * tone(),
        0 * tone() + np.float32(0.1),
        0 * tone() - np.float32(0.3),
    ],
)
def test_silence_is_of_no_use(tmp_path, samples):
    with pytest.raises(Unusable, match="silent from start to end") as caught:
        converted(tmp_path, write(tmp_path / "sound.wav", samples, subtype="FLOAT"))
    assert caught.value.seconds == 1.0


def test_asking_for_the_silent_side_is_told(tmp_path):
    source = write(tmp_path / "sound.wav", np.stack([tone(), 0 * tone()], axis=1))
    with pytest.raises(Unusable, match="its right channel is silent"):
        converted(tmp_path, source, ConvertConfig(channel="right"))


@pytest.mark.parametrize("rate", [1, 300])
def test_a_header_of_an_absurd_rate_does_not_fill_the_disk(tmp_path, rate):
    with pytest.raises(Unusable, match=f" {rate} Hz"):
        converted(tmp_path, write(tmp_path / "sound.wav", tone(), rate))


@pytest.mark.parametrize("size", [0x7FFFF000, 0x80000000, 0xFFFFFFFF])
def test_a_wav_from_a_pipe_is_converted_to_its_end(tmp_path, size):
    source = write(tmp_path / "sound.wav", noise(1.0))
    wanted = read(source)
    data = source.read_bytes()
    source.write_bytes(data[:40] + struct.pack("<I", size) + data[44:])
    _, samples = converted(tmp_path, source)
    assert np.array_equal(samples, wanted)


def test_a_clip_of_400_samples_is_converted(tmp_path):
    _, samples = converted(tmp_path, write(tmp_path / "sound.wav", tone()[:400]))
    assert len(samples) == 400


@pytest.mark.parametrize("dither", [True, False])
@pytest.mark.parametrize("suffix", ["wav", "flac", "mp3"])
def test_the_sox_engine_gives_the_bytes_of_sox(tmp_path, dither, suffix):
    sound = np.stack([sweep(2.0, 44100), 0.5 * sweep(2.0, 44100)], axis=1)
    wav = write(tmp_path / "sound.wav", sound, 44100)
    source = wav if suffix == "wav" else tmp_path / f"sound.{suffix}"
    if suffix == "flac":
        write(source, sound, 44100)
    elif suffix == "mp3":
        write_mp3(source, sound, 44100, "-b:a", "128k")
    convert_file(source, tmp_path / "made.wav", ConvertConfig(engine="sox", dither=dither))
    theirs = tmp_path / "theirs.wav"
    plain = ["sox", "-R", *([] if dither else ["-D"])]
    subprocess.run([*plain, source, "-b16", "-c1", "-r22050", theirs], check=True)
    assert (tmp_path / "made.wav").read_bytes() == theirs.read_bytes()


@pytest.mark.parametrize(
    "values", [{"rate": 10}, {"rate": 10**6}, {"engine": "sox", "channel": "left"}]
)
def test_impossible_settings_are_told(values):
    with pytest.raises(SettingError):
        replace(CONFIG, **values)


def test_the_sox_engine_tells_what_sox_does_not_mend(tmp_path):
    config = ConvertConfig(engine="sox")
    told, _ = converted(tmp_path, write(tmp_path / "a.wav", stereo(tone(), -tone())), config)
    assert told.warning.startswith("the channels cancel out, but SoX uses the mean of all")
    clipped = np.clip(tone(level=3.0), -1, 1)
    told, _ = converted(tmp_path, write(tmp_path / "b.wav", clipped), config)
    assert told.facts["clipped"] > 0 and "clipped" in told.warning
    broken = tone(2.0)
    broken[5] = np.nan
    with pytest.raises(Unusable, match="use --engine soxr"):
        converted(tmp_path, write(tmp_path / "c.wav", broken, subtype="FLOAT"), config)
