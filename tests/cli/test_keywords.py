from pathlib import Path

import numpy as np
import pytest

from voiceprep.audio.trim import TrimConfig
from voiceprep.cli.keywords import keyword_options, parse_call
from voiceprep.cli.main import load_command
from voiceprep.cli.options import arguments_from
from voiceprep.cli.table import COMMANDS
from voiceprep.commands.prepare import prepare
from voiceprep.errors import SettingError, UserError


def given(name="prepare", arguments=("mp3dir",), settings=None, **options):
    return parse_call(name, arguments, options, settings or {})[0]


@pytest.mark.parametrize("name", COMMANDS)
def test_keywords_are_names_that_python_can_take(name):
    assert all(keyword.isidentifier() for keyword in keyword_options(load_command(name)))


def test_a_keyword_is_the_option_of_that_name():
    parsed = given(dataset=Path("my voice"), max_seconds=12.5, jobs=2)
    assert (parsed["dataset"], parsed["max_seconds"], parsed["jobs"]) == (Path("my voice"), 12.5, 2)
    assert parsed["source"] == Path("mp3dir")


def test_what_is_none_is_left_to_the_default():
    assert given(max_seconds=None)["max_seconds"] is None


def test_a_switch_is_turned_on_and_off():
    assert given(denoise=True, trim=False)["denoise"] is True
    assert given(denoise=True, trim=False)["trim"] is False
    assert not given(denoise=False)["denoise"]


@pytest.mark.parametrize("value", [0, np.False_])
def test_a_switch_may_be_off_in_other_words(value):
    assert not given(denoise=value)["denoise"]
    assert given(trim=value)["trim"] is False


@pytest.mark.parametrize("value", ["no", "false", [], 2])
def test_a_switch_is_nothing_but_on_or_off(value):
    with pytest.raises(SettingError) as caught:
        given(denoise=value)
    assert caught.value.key == "denoise"


def test_false_is_a_value_where_an_option_takes_one():
    assert given("infer", ("A sentence.",), vocoder=False)["vocoder"] == "false"


def test_numbers_of_numpy_and_bytes_are_taken_as_they_are():
    assert given(max_seconds=np.float32(0.3), jobs=np.int64(2))["max_seconds"] == 0.3
    assert given(dataset=b"voice")["dataset"] == Path("voice")


def test_a_value_may_look_like_an_option():
    assert given(arguments=("-mp3", "--help"))["source"] == Path("-mp3")
    assert given("report", (), output="-o")["output"] == "-o"


def test_a_list_is_typed_with_commas():
    assert given("train", ("tacotron2",), anneal_steps=(5, 6))["anneal_steps"] == (5, 6)


@pytest.mark.parametrize(
    "settings",
    [
        {"trim.tail_seconds": 0.3, "loudness.limit": True},
        {"trim": {"tail_seconds": 0.3}, "loudness": {"limit": True}},
        {"trim": TrimConfig(tail_seconds=0.3), "loudness.limit": True},
    ],
)
def test_settings_are_named_with_dots_or_come_as_sections(settings):
    values = arguments_from(prepare, given(settings=settings))
    assert values["trim"] == TrimConfig(tail_seconds=0.3)
    assert values["loudness"].limit is True


def test_an_unknown_keyword_is_an_error_that_names_the_nearest():
    with pytest.raises(SettingError, match="'max_seconds'") as caught:
        given(max_second=3)
    assert caught.value.key == "max_second"


@pytest.mark.parametrize("name", ["as_json", "quiet", "verbose", "help", "sets"])
def test_options_of_the_terminal_are_no_keywords(name):
    with pytest.raises(SettingError):
        given(**{name: True})


def test_a_value_that_the_option_refuses_is_named_by_its_keyword():
    with pytest.raises(SettingError, match=r"^jobs: 'many'") as caught:
        given(jobs="many")
    assert caught.value.key == "jobs"


def test_an_argument_that_is_missing_is_named():
    with pytest.raises(UserError, match="SOURCE"):
        given(arguments=())


@pytest.mark.parametrize(
    "settings", [{"trim": (0.1, 0.2)}, {"tail_seconds": 0.2}, "trim.tail_seconds=0.2", TrimConfig()]
)
def test_settings_of_another_form_are_refused(settings):
    with pytest.raises(SettingError, match=r"trim\.tail_seconds"):
        given(settings=settings)


def test_arguments_are_completed_as_on_the_command_line():
    assert given("train", ("tacotron2",), anneal_steps=(3,))["rule"] == "anneal"
    assert given("train", ("tacotron2",))["preset"] == "small"
