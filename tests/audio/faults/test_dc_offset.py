import numpy as np
import pytest

from voiceprep.audio.faults.dc_offset import inject
from voiceprep.audio.sound import Sound

from ...signals import RATE, speech


def test_every_sample_is_moved_by_its_size_to_either_side():
    clean = Sound(speech(), RATE)
    moves = [
        inject(clean, 0.02, np.random.default_rng(seed)).samples - clean.samples
        for seed in range(8)
    ]
    for move in moves:
        assert np.abs(move) == pytest.approx(0.02, abs=1e-6)
    assert {float(np.sign(move[0])) for move in moves} == {-1, 1}
