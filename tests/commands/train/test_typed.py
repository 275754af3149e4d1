"""What is typed is applied, refused, or told to have no effect, also where a run is resumed."""

from dataclasses import replace

import pytest

from tests.train.made import TINY, made_items
from tests.train.run.test_loop import TRAIN, VOICE, began, recipe_of
from voiceprep.commands.train.typed import (
    CLIPS,
    changed_clips,
    check_sizes,
    describe_clips,
    ignored_at_start,
)
from voiceprep.errors import SettingError
from voiceprep.train.run.resume import pack_run
from voiceprep.train.settings import ScheduleConfig


@pytest.fixture
def items(tmp_path):
    return made_items(tmp_path, [5, 9, 3, 7, 6], [13, 21, 6, 9, 15])


@pytest.fixture
def saved(items):
    """A run that was started without the embedding of a checkpoint."""
    setup, _ = began(recipe_of(), items)
    facts = {"init_from": "x.pt", "ignore_layers": "embedding.weight"}
    return pack_run(setup.run, setup.plan, "tacotron2", VOICE, facts)


def options(lines):
    assert all(" is ignored: " in line for line in lines)
    return [line.partition(" is ignored: ")[0] for line in lines]


def test_a_typed_size_that_the_model_does_not_get_is_refused():
    typed = {"tacotron2.symbols": "--set tacotron2.symbols", "train.steps": "--steps"}
    with pytest.raises(SettingError, match="symbols = 100: it must be that of the data") as caught:
        check_sizes(typed, replace(TINY, symbols=100), recipe_of(), "of the data")
    assert caught.value.key == "tacotron2.symbols"
    check_sizes(typed, TINY, recipe_of(), "of the data")
    check_sizes({}, replace(TINY, symbols=100), recipe_of(), "of the data")


def test_without_a_checkpoint_to_start_from_its_settings_are_ignored(items):
    typed = {
        "train.ignore_layers": "--ignore-layers",
        "schedule.use_saved": "--use-saved-learning-rate",
        "schedule.absolute": "--absolute",
        "schedule.learning_rate": "--learning-rate",
    }
    setup = began(recipe_of(), items)[0]
    assert options(ignored_at_start(typed, recipe_of(), setup, "")) == [*typed.values()][:3]
    assert ignored_at_start(typed, recipe_of(), setup, "x.pt") == []


def test_a_resumed_run_keeps_what_it_was_started_without(items, saved):
    typed = {"train.ignore_layers": "--ignore-layers"}
    for layers, lines in (("embedding.weight", []), ("postnet", ["--ignore-layers"])):
        recipe = recipe_of(train=replace(TRAIN, ignore_layers=layers))
        setup = began(recipe, items, saved)[0]
        assert options(ignored_at_start(typed, recipe, setup, "")) == lines


def test_a_typed_learning_rate_beside_that_of_the_checkpoint_is_ignored(items, saved):
    typed = {"schedule.learning_rate": "--learning-rate"}
    recipe = recipe_of(schedule=ScheduleConfig(learning_rate=0.5, use_saved=True))
    for start in ({"continued": saved}, {"started_from": saved}):
        setup = began(recipe, items, **start)[0]
        assert options(ignored_at_start(typed, recipe, setup, "x.pt")) == ["--learning-rate"]
    own = recipe_of(schedule=ScheduleConfig(learning_rate=0.5))
    setup = began(own, items, saved)[0]
    assert setup.recipe.schedule.learning_rate == 0.5
    assert ignored_at_start(typed, own, setup, "") == []


def test_a_run_that_was_trained_on_other_clips_says_so(items):
    training = {CLIPS: describe_clips(items)}
    assert changed_clips(training, items) == []
    assert changed_clips({}, items) == []
    (line,) = changed_clips(training, items[:3])
    assert line == "the run was trained on other clips: 5 then, 3 are listed now"
