"""What was typed against what a run takes from its data, its checkpoint and its earlier steps."""

from collections.abc import Mapping
from typing import Any

from ...errors import SettingError
from ...train.data.items import Items
from ...train.recipe import Recipe
from ...train.run.setup import RunSetup

CLIPS = "clips"
"""The entry of a checkpoint that says which clips its run was trained on."""


def check_sizes(typed: Mapping[str, str], given: Any, recipe: Recipe, whose: str) -> None:
    """Raise SettingError for a typed size of the model that the recipe's model does not have.

    `given` is the record with what was typed, and `whose` says where the recipe's sizes are from.
    """
    for key, option in typed.items():
        section, _, name = key.partition(".")
        if section != recipe.model:
            continue
        value, size = getattr(given, name), getattr(recipe.config, name)
        if value != size:
            why = f"{option} = {value}: it must be that {whose}, {size}; leave it out"
            raise SettingError(why, key)


def ignored_at_start(
    typed: Mapping[str, str], recipe: Recipe, setup: RunSetup, init_from: str
) -> list[str]:
    """A line for each typed option that a run with this start does not take."""
    started = init_from or setup.init_from
    none = "no checkpoint is started from, --init-from names one"
    reasons = {}
    if not started:
        # A run that is resumed may take its own learning rate.
        use_saved = () if setup.run.step else ("schedule.use_saved",)
        keys = ("train.ignore_layers", *use_saved, "schedule.absolute")
        reasons = dict.fromkeys(keys, none)
    elif setup.recipe.train.ignore_layers != recipe.train.ignore_layers:
        layers = setup.recipe.train.ignore_layers or "nothing"
        reasons["train.ignore_layers"] = f"the run was started without {layers}, and is resumed"
    rate = setup.recipe.schedule.learning_rate
    if rate != recipe.schedule.learning_rate:
        reasons["schedule.learning_rate"] = (
            f"schedule.use_saved takes {rate:g} from the checkpoint; "
            "--set schedule.use_saved=false applies it"
        )
    return [f"{typed[key]} is ignored: {why}" for key, why in reasons.items() if key in typed]


def describe_clips(items: Items) -> list[Any]:
    """The number of the clips, and the digest that changes with any of them."""
    return [len(items), items.digest()]


def changed_clips(training: Mapping[str, Any], items: Items) -> list[str]:
    """A line where the run of a checkpoint was trained on other clips than these.

    Checkpoints from before there was such an entry say nothing.
    """
    saved = training.get(CLIPS, describe_clips(items))
    if saved == describe_clips(items):
        return []
    return [f"the run was trained on other clips: {saved[0]} then, {len(items)} are listed now"]
