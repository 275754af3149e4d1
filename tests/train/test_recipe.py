"""A recipe gives its sections by class, and as a preset holds them."""

from tests.train.run.test_loop import recipe_of
from voiceprep.train.registry import MODELS
from voiceprep.train.settings import CropConfig, InferConfig
from voiceprep.train.tacotron2.config import LossConfig


def test_a_section_is_found_by_its_class_and_has_its_defaults_where_there_is_none():
    recipe = recipe_of(loss=LossConfig(gate_tail=3))
    assert recipe.section(LossConfig).gate_tail == 3
    assert recipe.section(InferConfig) == InferConfig()
    assert recipe.section(CropConfig) == CropConfig()


def test_its_sections_come_in_the_order_in_which_they_are_written():
    names = ["train", "schedule", "tacotron2", "loss", "infer", "text", "mel"]
    assert list(recipe_of().sections()) == names
    assert recipe_of().spec is MODELS["tacotron2"]
