import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.signals import RATE, hiss, noise, placed, said, speech, tone
from voiceprep.audio.dither import quantize, settle, to_floats
from voiceprep.audio.silence import find_speech
from voiceprep.audio.sound import Sound
from voiceprep.audio.trim import TrimConfig, room_tone, trim
from voiceprep.errors import SettingError, Unusable


def clip(lead=0.6, tail=0.9, room=1e-3, seed=0, rate=RATE, seconds=1.2):
    parts = [(lead, said(seconds, rate=rate)), (lead + seconds, hiss(0.1, 0.02, rate))]
    return settle(Sound(placed(parts, lead + seconds + tail, rate, room, seed), rate), 16)


def level_db(samples):
    return 10 * np.log10(np.mean(samples.astype(np.float64) ** 2) + 1e-20)


@settings(deadline=None, max_examples=40)
@given(
    st.floats(0.0, 1.0),
    st.floats(0.0, 1.0),
    st.floats(0.03, 0.3),
    st.floats(0.03, 0.5),
    st.sampled_from([0.0, 1e-4, 1e-3, 5e-3]),
    st.integers(0, 99),
)
def test_a_clip_has_the_lead_and_tail_that_were_asked_for_and_keeps_them(
    lead, tail, wanted_lead, wanted_tail, room, seed
):
    # With less room tone a steady vowel may pass for it, and the clip is refused.
    assume(lead + tail >= 0.04)
    config = TrimConfig(wanted_lead, wanted_tail)
    made = trim(clip(lead, tail, room, seed), config)
    if "left as it is" not in made.note:
        told = find_speech(made.sound)
        assert told.lead == pytest.approx(wanted_lead, abs=0.0101)
        assert told.tail == pytest.approx(wanted_tail, abs=0.0101)
    assert trim(made.sound, config).sound is made.sound


@pytest.mark.parametrize("rate", [8000, 16000, 44100, 48000])
@pytest.mark.parametrize("bits", [16, 24])
def test_every_rate_and_depth_is_kept(rate, bits):
    made = trim(clip(rate=rate), TrimConfig(), bits)
    assert made.sound.rate == rate
    assert not made.note
    assert settle(made.sound, bits) is made.sound


def test_the_speech_is_copied_bit_for_bit():
    before = clip()
    made = trim(before, TrimConfig()).sound
    spoken = before.samples[round(0.58 * RATE) : round(1.92 * RATE)]
    windows = np.lib.stride_tricks.sliding_window_view(made.samples, len(spoken))
    assert any(np.array_equal(window, spoken) for window in windows[::1])


def test_what_was_cut_and_padded_is_told_to_the_sample():
    before = clip(lead=0.02, tail=0.9)
    made = trim(before, TrimConfig())
    facts = made.facts
    assert facts["padded_seconds"] == pytest.approx(0.08, abs=0.02)
    assert 0.6 < facts["trimmed_seconds"] < 0.8
    total = before.seconds + facts["padded_seconds"] - facts["trimmed_seconds"]
    assert total == pytest.approx(made.sound.seconds, abs=2e-6)


def test_a_tight_clip_is_padded_with_its_own_room_and_not_with_zeros():
    tight = settle(Sound(placed([(0.0, said(0.7)), (1.3, said(0.7))], 2.0, room=2e-3), RATE), 16)
    made = trim(tight, TrimConfig(0.3, 0.4)).sound.samples
    for pad in (made[: round(0.25 * RATE)], made[-round(0.35 * RATE) :]):
        pad = pad[200:-200]
        assert level_db(pad) == pytest.approx(level_db(noise(1.0, 2e-3)), abs=2)
        assert len(np.unique(pad)) > 50


def test_the_ends_are_faded_and_nothing_clicks_where_tone_begins():
    tight = Sound(placed([(0.0, said(1.0))], 1.0, room=1e-3), RATE)
    made = trim(tight, TrimConfig()).sound.samples
    assert abs(made[0]) < 1e-3
    assert abs(made[-1]) < 1e-3
    assert np.max(np.abs(np.diff(made))) <= 1.1 * np.max(np.abs(np.diff(tight.samples)))


def test_a_click_at_the_cut_does_not_break_the_contract():
    click = noise(0.004, 0.2)
    parts = [(0.5, said()), (1.83, click), (1.9, click)]
    made = trim(Sound(placed(parts, 2.6), RATE), TrimConfig())
    assert find_speech(made.sound).tail == pytest.approx(0.15, abs=0.0101)


def test_a_clip_that_is_as_asked_comes_back_as_it_is():
    sound = Sound(placed([(0.1, said(1.0))], 1.25), RATE)
    assert trim(sound, TrimConfig()).sound is sound


def test_hum_goes_on_in_the_tone():
    hum = tone(2.0, 50, 0.02)
    sound = Sound(placed([(0.5, said(1.0))], 2.0) + hum, RATE)
    laid = room_tone(sound, find_speech(sound), RATE)
    assert level_db(laid) == pytest.approx(level_db(hum), abs=2)


@pytest.mark.parametrize("bits", [16, 24])
def test_a_room_of_mere_dither_is_not_dithered_again(bits):
    dithered = quantize(placed([(0.5, said(1.0))], 2.0, room=0), bits, np.random.default_rng(0))
    sound = Sound(to_floats(dithered), RATE)
    laid = settle(Sound(room_tone(sound, find_speech(sound), RATE, bits), RATE), bits)
    assert level_db(laid.samples) == pytest.approx(level_db(sound.samples[: RATE // 3]), abs=0.5)


@pytest.mark.parametrize("gain_db", [-30, -10, 10])
@pytest.mark.parametrize("room", [0.0, 1e-4, 1e-3])
def test_a_trimmed_clip_stays_trimmed_at_another_level(gain_db, room):
    before = clip(room=room)
    quiet = settle(Sound(before.samples * np.float32(0.3), RATE), 16)
    made = trim(quiet, TrimConfig()).sound
    other = settle(Sound(made.samples * np.float32(10 ** (gain_db / 20)), RATE), 16)
    assert trim(other, TrimConfig()).sound is other


def test_a_clip_without_any_pause_has_no_room_to_give():
    sound = Sound(said(1.0), RATE)
    assert not np.any(room_tone(sound, find_speech(sound), 1000))
    assert "digital silence" in trim(sound, TrimConfig()).note


def faint_end():
    """Speech whose faint end goes up to the end of the file."""
    said_so = np.concatenate([np.zeros(RATE // 2, "f4"), said(1.0), said(0.6, 0.008)])
    return settle(Sound(said_so + noise(2.1, 1e-4), RATE), 16)


def test_an_uncertain_end_is_left_as_it_is_and_told():
    before = faint_end()
    made = trim(before, TrimConfig())
    assert "the end of its speech is uncertain" in made.note
    assert find_speech(made.sound).lead == pytest.approx(0.1, abs=0.0101)
    kept = before.samples[-RATE:]
    assert np.array_equal(made.sound.samples[-RATE:], kept)
    assert trim(made.sound, TrimConfig()).sound is made.sound


def test_another_sound_that_is_cut_off_is_told():
    knock = noise(0.02, 0.3) * np.linspace(1, 0, round(0.02 * RATE), dtype=np.float32)
    made = trim(Sound(placed([(0.3, said(1.0)), (2.0, knock)], 3.0), RATE), TrimConfig())
    assert "of other sound after its speech, at " in made.note
    assert made.sound.seconds == pytest.approx(1.25, abs=0.02)


def test_in_babble_the_ends_are_those_that_were_found_in_all_of_it():
    voices = sum(np.roll(speech(3.0, seed=seed), 7919 * seed) for seed in range(6))
    around = 0.003 * voices / np.std(voices)
    made = trim(Sound(placed([(0.8, said(1.2))], 3.0, room=0) + around, RATE), TrimConfig())
    assert "left as it is" not in made.note
    assert made.sound.seconds == pytest.approx(1.45, abs=0.06)


def test_silence_is_no_use():
    with pytest.raises(Unusable, match="silent"):
        trim(Sound(np.zeros(RATE, np.float32), RATE), TrimConfig())


@pytest.mark.parametrize("wrong", [{"lead_seconds": 0.0}, {"tail_seconds": 9}, {"fade_seconds": 1}])
def test_impossible_settings_are_refused(wrong):
    with pytest.raises(SettingError, match=next(iter(wrong))):
        TrimConfig(**wrong)
