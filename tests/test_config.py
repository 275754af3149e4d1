from dataclasses import dataclass
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceprep.config import (
    build,
    digest,
    load,
    parse_value,
    read_preset,
    read_toml,
    setting,
    write_settings,
)
from voiceprep.errors import SettingError


@dataclass(frozen=True)
class Tea:
    minutes: float = setting(3.0, "how long it draws")
    cups: int = setting(2, "how many are made")
    kind: Literal["green", "black"] = setting("black", "which leaf")
    milk: bool = setting(False, "with milk")
    note: str | None = setting(None, "a word to the cook")
    sugars: tuple[int, ...] = setting((), "lumps in each cup")

    def __post_init__(self):
        if len(self.sugars) > self.cups:
            raise SettingError("sugars: there are not so many cups", "sugars")


SECTIONS = {"tea": Tea}


def test_later_layers_win():
    layers = [("preset", {"tea": {"cups": 3, "kind": "green"}}), ("options", {"tea": {"cups": 4}})]
    assert load(SECTIONS, ["tea"], layers)["tea"] == Tea(cups=4, kind="green")


def test_a_section_of_another_command_is_passed_over():
    assert load(SECTIONS, ["tea", "mel"], [("file", {"mel": {"rate": 1}})]) == {"tea": Tea()}


@pytest.mark.parametrize(
    ("layer", "told"),
    [
        ({"tee": {"cups": 3}}, "voice.toml: there is no section [tee]: did you mean 'tea'?"),
        ({"tea": {"cup": 3}}, "voice.toml: there is no setting tea.cup: did you mean 'cups'?"),
        ({"tea": {"cups": "3"}}, "voice.toml: tea.cups = '3': must be a whole number"),
        ({"tea": {"cups": True}}, "voice.toml: tea.cups = True: must be a whole number"),
        ({"tea": {"kind": "red"}}, "voice.toml: tea.kind = 'red': must be one of green, black"),
        ({"tea": {"sugars": 3}}, "voice.toml: tea.sugars = 3: must be a list of whole numbers"),
        (
            {"tea": {"sugars": [1.5]}},
            "voice.toml: tea.sugars = [1.5]: must be a list of whole numbers",
        ),
        (
            {"tea": {"minutes": float("nan")}},
            "voice.toml: tea.minutes = nan: must be a finite number",
        ),
        ({"tea": {"minutes": 10**400}}, "voice.toml: tea.minutes = 1000"),
        ({"tea": {"cups": 2**63}}, "voice.toml: tea.cups = 9223372036854775808: must be at most"),
        (
            {"tea": {"sugars": [True]}},
            "voice.toml: tea.sugars = [True]: must be a list of whole numbers",
        ),
        ({"tea": 3}, "voice.toml: there is no section [tea]"),
    ],
)
def test_a_wrong_setting_is_named_with_its_file_and_the_right_one(layer, told):
    with pytest.raises(SettingError) as caught:
        load(SECTIONS, ["tea"], [("voice.toml", layer)])
    assert str(caught.value).startswith(told)


def test_a_rule_holds_for_the_layers_together_and_blames_the_one_at_fault():
    preset, typed = {"tea": {"cups": 3}}, {"tea": {"sugars": [1, 2, 3]}}
    assert load(SECTIONS, ["tea"], [("preset", preset), ("typed", typed)])["tea"].cups == 3
    with pytest.raises(SettingError, match=r"^typed: sugars: there are not"):
        load(SECTIONS, ["tea"], [("typed", typed), ("after", {"tea": {"milk": True}})])


@pytest.mark.parametrize(("text", "listed"), [("1,2", (1, 2)), ("5 10", (5, 10)), ("", ())])
def test_a_list_is_typed_with_commas_or_spaces(text, listed):
    assert parse_value(Tea, "sugars", text, "tea.sugars") == listed


def test_a_list_that_cannot_be_read_is_told():
    with pytest.raises(SettingError, match="must be a list of whole numbers, as 500,1000"):
        parse_value(Tea, "sugars", "1,two", "tea.sugars")


def test_a_typed_value_has_the_kind_of_its_field():
    assert parse_value(Tea, "cups", "5", "tea.cups") == 5
    assert parse_value(Tea, "milk", "True", "tea.milk") is True
    assert parse_value(Tea, "note", "hot", "tea.note") == "hot"
    with pytest.raises(SettingError, match="must be true or false"):
        parse_value(Tea, "milk", "maybe", "tea.milk")


@given(
    st.builds(
        Tea,
        minutes=st.floats(0, 1e6),
        kind=st.sampled_from(["green", "black"]),
        milk=st.booleans(),
        cups=st.integers(2, 2**62),
        sugars=st.just(()) | st.tuples(st.integers(0, 9), st.integers(0, 9)),
        note=st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    )
)
def test_what_ran_can_be_given_back_as_a_preset(tmp_path_factory, tea):
    folder = tmp_path_factory.mktemp("ran")
    write_settings(folder, {"tea": tea})
    again = load(SECTIONS, ["tea"], [("ran", read_preset(str(folder / "settings.toml")))])["tea"]
    assert again == tea
    assert digest({"tea": again}) == digest({"tea": tea})


def test_a_whole_number_will_do_for_a_float_and_is_the_same_setting():
    assert digest({"tea": build(Tea, {"minutes": 3}, "tea")}) == digest({"tea": Tea()})


def test_any_changed_setting_changes_the_digest():
    assert digest({"tea": Tea(milk=True)}) != digest({"tea": Tea()})


def test_an_unknown_preset_names_the_nearest():
    with pytest.raises(SettingError, match="'fine-tune'"):
        read_preset("finetune")


def test_a_number_of_too_many_digits_is_told():
    with pytest.raises(SettingError, match="finite number"):
        build(Tea, {"minutes": 10**400}, "tea")


def test_a_settings_file_that_is_no_toml_is_named(tmp_path):
    path = tmp_path / "voiceprep.toml"
    deep = "a = " + "[" * 100_000
    digits = "a = " + "9" * 5000
    for text in ("[tea\ncups = 3", deep, "a." * 50_000 + "b = 1", digits, 'a = ["\\u0000"]'):
        path.write_text(text)
        with pytest.raises(SettingError, match=r"voiceprep\.toml: not TOML") as raised:
            read_toml(path)
        assert "\n" not in str(raised.value)
    with pytest.raises(SettingError, match=r"none\.toml"):
        read_toml(tmp_path / "none.toml")
