import torch

from tests.train.waveglow.fast.test_flow import SMALL
from tests.train.waveglow.test_network import randomised
from voiceprep.train.waveglow.fast import FastInverse, Variant
from voiceprep.train.waveglow.fast import flow as flow_module
from voiceprep.train.waveglow.fast.recorded import Recorded

PLACES, FRAMES = 24, 8


def made_inputs(seed=0, places=PLACES):
    generator = torch.Generator().manual_seed(seed)
    sizes = (2, SMALL.groups, places), (2, SMALL.mel_channels, FRAMES)
    return tuple(torch.randn(size, generator=generator) for size in sizes)


def test_every_call_makes_the_sound_of_its_own_inputs_bit_for_bit():
    inverse = FastInverse(randomised(SMALL))
    recorded = Recorded(inverse.inverse)
    with torch.no_grad():
        sounds = [recorded(*made_inputs(seed)) for seed in range(4)]
        for seed, sound in enumerate(sounds):
            assert torch.equal(sound, inverse(*made_inputs(seed)))


def test_from_the_second_call_on_it_reads_and_writes_the_same_memory():
    places = []

    def inverse(noise, mel):
        places.append((noise.data_ptr(), mel.data_ptr(), recorded.audio.data_ptr()))
        return noise.flatten(1)

    recorded = Recorded(lambda noise, _: noise.flatten(1))
    recorded(*made_inputs())
    recorded.inverse = inverse
    sounds = [recorded(*made_inputs(seed)) for seed in range(3)]
    assert len(places) == 3 and len({*places}) == 1
    assert len({sound.data_ptr() for sound in sounds} | {places[0][2]}) == 4


def test_so_many_lengths_are_kept(monkeypatch):
    monkeypatch.setattr(flow_module, "MOST_LENGTHS", 2)
    inverse = FastInverse(randomised(SMALL), variant=Variant(recorded=True))
    exact = FastInverse(randomised(SMALL))
    for places in (8, 16, 24, 8, 8, 16):
        inputs = made_inputs(places=places)
        assert torch.equal(inverse(*inputs), exact(*inputs))
    assert len(inverse.lengths.kept) == 2
