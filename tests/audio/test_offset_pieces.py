import numpy as np
import pytest

from voiceprep.audio.offset_pieces import Pieces, without_offset

from ..signals import RATE, asymmetric, tone


def pieces(*blocks):
    made = Pieces(1, RATE)
    for block in blocks:
        made.add(block[None])
    return made


def test_the_pauses_of_an_asymmetric_voice_have_no_offset():
    sound = asymmetric(room=1e-4)
    assert abs(pieces(sound).pause_means()[0]) < 1e-5
    assert pieces(sound + np.float32(0.02)).pause_means()[0] == pytest.approx(0.02, abs=1e-4)


def test_blocks_are_as_good_as_the_whole():
    sound = asymmetric(room=1e-3) + np.float32(0.01)
    (mean,) = pieces(*np.array_split(sound, 7)).pause_means()
    assert mean == pytest.approx(0.01, abs=1e-4)


def test_a_sound_without_a_pause_is_not_judged():
    assert np.isnan(pieces(tone(1.0) + np.float32(0.1)).pause_means()[0])
    assert np.isnan(pieces(np.zeros(RATE, np.float32)).pause_means()[0])


def test_digital_silence_is_a_share_of_its_own_and_no_pause():
    half = np.concatenate([np.zeros(RATE, np.float32), tone(1.0) + np.float32(0.1)])
    assert pieces(half).silent_shares()[0] == pytest.approx(0.5, abs=0.03)
    assert np.isnan(pieces(half).pause_means()[0])


@pytest.mark.parametrize("count", [1, 2, 3, 50])
def test_runs_of_zeros_stay_zero_over_the_seams_of_blocks(count):
    sound = tone(1.0, 300.0) + np.float32(0.1)
    sound[5000:5400] = 0
    sound[9000] = 0
    made = np.concatenate(list(without_offset(np.array_split(sound, count), 0.1, RATE)))
    truth = sound - np.float32(0.1)
    truth[5000:5400] = 0
    assert np.array_equal(made, truth)


@pytest.mark.parametrize("zeros", [1, 500])
def test_zeros_at_a_seam_are_judged_by_both_sides(zeros):
    first, second = np.full((2, 1000), 0.5, np.float32)
    first[1000 - zeros :] = 0
    made = np.concatenate(list(without_offset([first, second], 0.5, RATE)))
    assert np.unique(made).tolist() == ([0.0] if zeros == 500 else [-0.5, 0.0])
