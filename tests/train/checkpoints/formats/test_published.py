from tests.train.made_checkpoints import made_checkpoint, same_weights, saved
from voiceprep.train.checkpoints.checkpoint import Checkpoint


def test_weights_without_an_optimiser_are_read(tmp_path):
    made = made_checkpoint()
    path = saved(tmp_path / "tacotron2_statedict.pt", {"state_dict": made.weights})
    loaded = Checkpoint.load(path)
    assert same_weights(loaded.weights, made.weights)
    assert (loaded.origin, loaded.step, loaded.training) == ("published", 0, None)
    loaded.build()
