import numpy as np
import pytest

from voiceprep.audio.checks import CHECKS
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.sound import Sound
from voiceprep.errors import Unusable
from voiceprep.quality.check import Measurement, Undecided

SOUNDS = {
    "empty": np.zeros(0),
    "one sample": np.ones(1),
    "ten samples": np.full(10, 0.1),
    "silent": np.zeros(22050),
    "constant": np.full(22050, 0.5),
    "no numbers": np.full(22050, np.nan),
    "one is no number": np.where(np.arange(22050) == 99, np.inf, 0.1),
    "beyond full scale": 2 * np.random.default_rng(0).standard_normal(22050),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
@pytest.mark.parametrize("name", SOUNDS)
@pytest.mark.parametrize("rate", [8000, 22050])
def test_a_check_reads_a_number_or_nothing(check, name, rate):
    features = AudioFeatures(Sound(SOUNDS[name].astype(np.float32), rate))
    try:
        reading = check.keep(features) if check.reads == "set" else check.measure(features)
    except Unusable:
        return
    if isinstance(reading, Undecided):
        return
    value = reading.value if isinstance(reading, Measurement) else reading
    assert value is None or np.all(np.isfinite(value))
