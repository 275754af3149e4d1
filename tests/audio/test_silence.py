import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.signals import RATE, hiss, noise, placed, said, speech, tone
from voiceprep.audio.silence import SilenceConfig, find_speech
from voiceprep.audio.sound import Sound
from voiceprep.errors import SettingError, Unusable

NEAR = 0.02


def found(samples, rate=RATE):
    speech = find_speech(Sound(np.asarray(samples, np.float32), rate))
    return speech.lead, speech.tail


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 44100, 48000])
@pytest.mark.parametrize("room", [0, 1e-4, 1e-3, 1e-2])
def test_lead_and_tail_are_found_at_every_rate_and_in_every_room(rate, room):
    sound = placed([(0.4, said(1.2, rate=rate))], 2.3, rate, room)
    assert found(sound, rate) == pytest.approx((0.4, 0.7), abs=NEAR)


@pytest.mark.parametrize("hz", [50, 60])
def test_hum_is_the_room_and_not_the_voice(hz):
    sound = placed([(0.5, said())], 2.2) + tone(2.2, hz, 0.02) + tone(2.2, 3 * hz, 0.01)
    assert found(sound) == pytest.approx((0.5, 0.5), abs=NEAR)


def test_a_soft_ending_belongs_to_the_speech():
    sound = placed([(0.3, said(1.0)), (1.3, hiss(0.25, 0.004))], 2.3)
    lead, tail = found(sound)
    assert lead == pytest.approx(0.3, abs=NEAR)
    assert tail == pytest.approx(0.75, abs=0.06)


def test_a_hiss_after_a_stop_belongs_to_the_speech():
    sound = placed([(0.3, said(1.0)), (1.37, hiss(0.12, 0.01))], 2.3)
    assert found(sound)[1] == pytest.approx(0.81, abs=0.04)


def test_a_click_is_no_speech():
    click = noise(0.003, 0.3)
    sound = placed([(0.1, click), (0.6, said()), (2.1, click)], 2.6)
    assert found(sound) == pytest.approx((0.6, 0.8), abs=NEAR)


def test_a_breath_is_no_speech():
    breath = noise(0.35, 0.004) * np.hanning(round(0.35 * RATE)).astype("f4")
    sound = placed([(0.1, breath), (0.75, said()), (2.2, breath)], 2.9)
    assert found(sound) == pytest.approx((0.75, 0.95), abs=NEAR)


@pytest.mark.parametrize("room", [3e-4, 3e-3])
@pytest.mark.parametrize("before", [0.0, 0.3])
@pytest.mark.parametrize("after", [0.05, 0.3, 3.0])
def test_digital_silence_around_a_recording_is_as_silent_as_its_room(room, before, after):
    sound = placed([(0.4, said())], 2.2, room=room)
    padded = np.pad(sound, (round(before * RATE), round(after * RATE)))
    assert found(padded) == pytest.approx((before + 0.4, after + 0.6), abs=NEAR)


@pytest.mark.parametrize("before", [0.0, 0.3])
@pytest.mark.parametrize("after", [0.0, 1.0])
@pytest.mark.parametrize("seconds", [0.05, 0.2, 0.5])
def test_a_fade_of_the_room_is_as_silent_as_the_room(before, after, seconds):
    sound = placed([(0.4, said())], 2.6, room=1e-3)
    count = round(seconds * RATE)
    sound[-count:] *= np.linspace(1, 0, count) ** 2
    padded = np.pad(sound, (round(before * RATE), round(after * RATE)))
    assert found(padded) == pytest.approx((before + 0.4, after + 1.0), abs=NEAR)


def test_a_fade_of_the_speech_itself_is_speech():
    sound = said(2.0)
    sound[-RATE:] *= np.linspace(1, 0.1, RATE)
    assert found(np.pad(sound, RATE // 2)) == pytest.approx((0.5, 0.5), abs=NEAR)


def test_dither_is_no_room():
    nothing = np.random.default_rng(0).triangular(-1, 0, 1, RATE).round() / 32768
    sound = np.append(placed([(0.4, said())], 2.2, room=1e-3), nothing)
    assert found(sound) == pytest.approx((0.4, 1.6), abs=NEAR)


def test_the_level_of_the_room_is_not_that_of_digital_silence():
    sound = np.append(placed([(0.5, said())], 2.4, room=1e-3), np.zeros(RATE))
    assert find_speech(Sound(sound, RATE)).floor_db == pytest.approx(-60, abs=1)


def test_pauses_are_told_from_a_length_on():
    sound = placed([(0.2, said(0.6)), (1.1, said(0.5)), (1.72, said(0.5))], 2.6)
    told = find_speech(Sound(sound, RATE))
    assert np.ravel(told.pauses(0.05)) == pytest.approx([0.8, 1.1, 1.6, 1.72], abs=NEAR)
    assert len(told.pauses(0.15)) == 1
    assert told.pauses(0.4) == []


def test_the_quiet_stretches_hold_the_room_alone():
    sound = placed([(0.5, said())], 2.4, room=1e-3)
    told = find_speech(Sound(sound, RATE))
    inside = [place for place in told.quiet if place[1] > 0.5 * RATE and place[0] < 1.7 * RATE]
    assert not inside
    assert sum(end - start for start, end in told.quiet) > 0.5 * RATE
    assert told.floor_db == pytest.approx(-60, abs=1)


def test_a_clip_of_nothing_but_voice_is_speech_from_end_to_end():
    lead, tail = found(said(1.5))
    assert lead < NEAR
    assert tail < NEAR


@pytest.mark.parametrize(
    ("samples", "why"),
    [
        (np.zeros(RATE), "silent from start to end"),
        (np.zeros(0), "silent"),
        (noise(2.0, 0.01), "no speech found in it"),
    ],
)
def test_silence_and_noise_alone_are_no_use(samples, why):
    with pytest.raises(Unusable, match=why) as caught:
        found(samples)
    assert caught.value.seconds == len(samples) / RATE


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 2000), st.sampled_from([8000, 22050]), st.integers(0, 5))
def test_however_short_a_sound_is_it_ends_well(count, rate, seed):
    samples = speech(1.0, rate, seed)[300 : 300 + count]
    try:
        told = find_speech(Sound(samples, rate))
    except Unusable:
        return
    edges = np.ravel(told.spans)
    assert np.all(np.diff(edges) >= 0)
    assert edges[0] >= 0
    assert edges[-1] <= told.seconds + 1e-6


@settings(deadline=None, max_examples=25)
@given(st.floats(0.02, 3.0), st.floats(0.2, 1.0), st.integers(0, 99))
def test_how_loud_a_clip_is_changes_nothing(gain, lead, seed):
    sound = placed([(lead, said())], lead + 1.9, room=1e-3, seed=seed)
    assert found(gain * sound) == pytest.approx(found(sound), abs=0.011)


@pytest.mark.parametrize("seconds", [0.0, -1.0, 100.0])
def test_an_impossible_pause_is_refused(seconds):
    with pytest.raises(SettingError, match="pause_seconds"):
        SilenceConfig(pause_seconds=seconds)
