"""The table of models: every part is where its row says, and what does not apply is said."""

import subprocess
import sys
from dataclasses import fields, is_dataclass

import pytest

from voiceprep.config import preset_names, read_preset
from voiceprep.errors import UserError
from voiceprep.train.registry import (
    MODELS,
    SHARED_SECTIONS,
    find_model,
    models_with,
    section_classes,
    section_places,
)

PARTS = (
    "config", "network", "fit", "task", "evaluator", "acoustic", "vocoder", "overfit", "layout",
    "onnx", "foreign_flags",
)  # fmt: skip


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("part", PARTS)
def test_a_part_lies_where_its_row_says_or_does_not_apply(name, part):
    row = MODELS[name]
    if getattr(row, part):
        assert row.load(part) is not None
    else:
        with pytest.raises(UserError, match=f"^{part} does not apply to {name}"):
            row.load(part)


@pytest.mark.parametrize("name", MODELS)
def test_the_presets_of_a_model_exist_and_fit_it_alone(name):
    row = MODELS[name]
    for preset in (row.scratch_preset, row.finetune_preset):
        assert preset in preset_names()
        assert row.fits(read_preset(preset))
        assert not any(other.fits(read_preset(preset)) for other in MODELS.values() if other != row)


def test_a_preset_without_a_models_own_sections_fits_all():
    assert all(row.fits(read_preset("ljspeech")) for row in MODELS.values())


def test_every_section_is_a_dataclass_and_each_model_has_its_own():
    classes = section_classes()
    assert set(MODELS) <= set(classes)
    assert all(is_dataclass(kind) and fields(kind) for kind in classes.values())
    assert set(classes) | set(SHARED_SECTIONS) == set(section_places())


def test_models_come_in_the_order_of_the_rows():
    assert models_with("task") == tuple(MODELS)
    assert not set(models_with("acoustic")) & set(models_with("vocoder"))


def test_a_model_that_is_not_there_is_an_error_with_the_nearest():
    with pytest.raises(UserError, match="'tacotron2'"):
        find_model("tacotron")


def test_the_table_loads_no_torch():
    code = "import sys, voiceprep.train.registry; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
