from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import get_type_hints

import click
import pytest

from voiceprep.audio.convert import ConvertConfig
from voiceprep.audio.mel import MelConfig
from voiceprep.cli.options import arguments_from, options_of, settings_of
from voiceprep.cli.table import SECTIONS
from voiceprep.commands.convert import convert
from voiceprep.commands.mels import mels
from voiceprep.config import kind_of, load, parse_value, setting
from voiceprep.errors import SettingError


def class_at(place):
    """The class of a row of SECTIONS."""
    module, name = place.split(":")
    return getattr(import_module(module), name)


NOTHING = {"sets": (), "dataset": Path(), "preset": None}


def test_options_come_from_the_dataclasses_of_a_signature():
    options = {option.name: option for option in options_of(convert)}
    assert options["rate"].opts == ["--rate"]
    assert options["dither"].secondary_opts == ["--no-dither"]
    assert options["dry_run"].opts == ["-n", "--dry-run"]
    assert options["channel"].type.choices == ("mean", "left", "right", "loudest")
    assert "[default: 22050]" in options["rate"].help
    assert options["source"].required
    assert not options["target"].required


def test_a_command_reads_the_sections_of_its_records():
    assert settings_of(mels) == {"mel": MelConfig, "cache": settings_of(mels)["cache"]}


def test_what_was_typed_fills_the_records():
    values = arguments_from(convert, NOTHING | {"source": Path("x"), "rate": 16000, "jobs": 3})
    assert values["config"] == ConvertConfig(rate=16000)
    assert values["batch"].jobs == 3
    assert values["source"] == Path("x")


def test_any_setting_can_be_set():
    values = arguments_from(mels, NOTHING | {"sets": ("mel.hop_length=128", "mel.fmax_hz = 7000")})
    assert values["mel"] == MelConfig(hop_length=128, fmax_hz=7000.0)


def test_an_option_of_its_own_goes_before_set():
    values = arguments_from(convert, NOTHING | {"sets": ("convert.rate=8000",), "rate": 16000})
    assert values["config"].rate == 16000


@pytest.mark.parametrize("text", ["convert.rate", "rate=5", "convert.rate=fast", "mel.rate=1"])
def test_a_setting_that_cannot_be_set_is_named(text):
    with pytest.raises(SettingError, match=text.partition("=")[0]):
        arguments_from(convert, NOTHING | {"sets": (text,)})


@dataclass(frozen=True)
class Walk:
    stops: tuple[int, ...] = setting((3, 5), "where to rest", "--stops")
    way: str = setting("short", "which way", "--way", bare="any")


def walk(walk: Walk):
    """A command with a list and with an option that needs no value."""


def typed(*words):
    command = click.Command("walk", params=options_of(walk))
    given = command.make_context("walk", list(words)).params
    return arguments_from(walk, given)["walk"]


def test_a_list_is_typed_with_commas():
    assert "[default: 3,5]" in options_of(walk)[0].help
    assert typed("--stops", "1,2").stops == (1, 2)
    with pytest.raises(SettingError) as caught:
        typed("--stops", "x")
    assert caught.value.key == "--stops"


def test_an_option_may_stand_without_its_value():
    assert typed().way == "short"
    assert typed("--way").way == "any"
    assert typed("--way", "long", "--stops", "9") == Walk((9,), "long")
    assert typed("--way", "--stops", "9").way == "any"


FLOATS = [
    (section, name)
    for section, place in SECTIONS.items()
    for name in get_type_hints(class_at(place))
    if kind_of(class_at(place), name)[0] is float
]


@pytest.mark.parametrize(("section", "name"), FLOATS)
def test_no_setting_takes_a_number_that_is_not_finite(section, name):
    kind, key = class_at(SECTIONS[section]), f"{section}.{name}"
    for text in ("inf", "-inf", "nan", "1e400"):
        value = parse_value(kind, name, text, key)
        with pytest.raises(SettingError) as caught:
            load({section: kind}, list(SECTIONS), [("--set", {section: {name: value}})])
        assert caught.value.key in (name, key)
