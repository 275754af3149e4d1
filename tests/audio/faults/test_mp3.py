import numpy as np
import pytest

from voiceprep.audio.faults import mp3
from voiceprep.audio.sound import Sound
from voiceprep.errors import Unusable

from ...signals import lag, speech

RANDOM = np.random.default_rng(0)


@pytest.mark.parametrize("rate", [16000, 22050, 44100])
def test_the_sound_stays_in_its_place(rate):
    clean = Sound(speech(rate=rate), rate)
    coded = mp3.inject(clean, 48, RANDOM)
    assert (coded.rate, len(coded.samples)) == (rate, len(clean.samples))
    assert lag(coded.samples, clean.samples) == 0


@pytest.mark.parametrize(("rate", "kbits"), [(16000, 24), (22050, 16), (22050, 32), (44100, 64)])
def test_the_bit_rate_is_what_it_says(rate, kbits):
    clean = Sound(speech(5, rate=rate), rate)
    assert 8 * len(mp3.encode(clean, kbits)) / 5000 == pytest.approx(kbits, rel=0.05)


@pytest.mark.parametrize(("rate", "kbits", "lowest"), [(8000, 8, 8), (44100, 24, 32)])
def test_a_bit_rate_below_the_lowest_is_the_lowest(rate, kbits, lowest):
    clean = Sound(speech(5, rate=rate), rate)
    assert 8 * len(mp3.encode(clean, kbits)) / 5000 == pytest.approx(lowest, rel=0.05)


def test_fewer_bits_leave_less_of_the_highest_sounds():
    clean = Sound(speech(), 22050)
    tops = [
        np.abs(np.fft.rfft(mp3.inject(clean, kbits, RANDOM).samples))[-9000:-4000].sum()
        for kbits in (160, 24)
    ]
    assert tops[1] < 0.2 * tops[0]


def test_a_rate_that_no_mp3_has_is_refused_by_name():
    with pytest.raises(Unusable, match="30000 Hz"):
        mp3.inject(Sound(speech(), 30000), 32, RANDOM)


def test_a_rate_at_which_nothing_is_removed_is_refused():
    with pytest.raises(Unusable, match="8000 Hz"):
        mp3.inject(Sound(speech(rate=8000), 8000), 24, np.random.default_rng(0))


def test_fewer_bits_than_an_encoder_has_are_its_fewest():
    assert len(mp3.encode(Sound(speech(rate=44100), 44100), 24)) == pytest.approx(3 * 4000, rel=0.1)
