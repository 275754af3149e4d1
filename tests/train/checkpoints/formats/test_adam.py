import pytest
import torch

from tests.train.made_checkpoints import made_checkpoint, nvidia_fields, same_adam, saved
from voiceprep.errors import CheckpointError
from voiceprep.train.checkpoints.checkpoint import Checkpoint
from voiceprep.train.checkpoints.formats.adam import (
    carried_adam,
    check_adam,
    fresh_adam,
    import_adam,
    updates,
)

ORDER = ["a", "b"]
WEIGHTS = {"a": torch.ones(2), "b": torch.ones(3)}


def made_adam(numbers=(0, 1)):
    """A state for WEIGHTS whose parameters have such numbers."""
    state = {
        number: {"step": 5, "exp_avg": torch.ones(size), "exp_avg_sq": torch.ones(size)}
        for number, size in zip(numbers, (2, 3), strict=True)
    }
    return {"state": state, "param_groups": [{"lr": 1e-3, "params": list(numbers)}]}


def test_numbers_of_old_torch_are_put_in_order():
    """Before 1.5 parameters were numbered by their place in memory."""
    state, why = import_adam(made_adam((140_000_777, 140_000_111)), WEIGHTS, ORDER, ORDER)
    assert same_adam(state, made_adam())
    assert (state["param_groups"][0]["params"], why) == ([0, 1], "")
    assert updates(state) == 5
    assert state["state"][0]["step"].dtype == torch.float32


def test_another_order_of_parameters_is_dropped_with_a_note():
    assert import_adam(made_adam(), WEIGHTS, ["b", "a"], ORDER) == (
        None,
        "its optimiser was left out: its parameters are in another order",
    )


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (None, "holds no optimiser"),
        ({}, "holds no optimiser"),
        (fresh_adam(3, 1e-3), "it has 3 parameters, the model 2"),
        ({"param_groups": [{"params": [0, 1]}], "state": {0: {"step": 1}}}, "not Adam's"),
        ({"param_groups": [5]}, "not Adam's"),
        (made_adam() | {"state": {0: {"step": 1, **dict.fromkeys(
            ("exp_avg", "exp_avg_sq"), torch.ones(7))}}}, "not Adam's"),
    ],
)  # fmt: skip
def test_what_is_not_of_these_weights_is_dropped_with_a_note(found, why):
    state, note = import_adam(found, WEIGHTS, ORDER, ORDER)
    assert state is None
    assert why in note


def test_a_file_whose_parameters_were_numbered_otherwise_keeps_its_weights(tmp_path):
    fields = nvidia_fields(made_checkpoint())
    names = list(fields["state_dict"])
    fields["state_dict"] = {name: fields["state_dict"][name] for name in reversed(names)}
    loaded = Checkpoint.load(saved(tmp_path / "x", fields))
    assert loaded.training is None
    assert "in another order" in loaded.notes[-1]
    loaded.build()


def test_an_adam_that_made_no_step_is_loaded_by_torch():
    model = torch.nn.Linear(2, 3)
    adam = torch.optim.Adam(model.parameters())
    adam.load_state_dict(fresh_adam(2, 5e-4))
    assert adam.param_groups[0]["lr"] == 5e-4
    assert updates(fresh_adam(2, 1.0)) == updates(None) == 0


def joined(weights):
    return {"ab": torch.cat([weights["a"], weights["b"]])}


def test_moments_go_where_their_weights_go():
    carried = carried_adam(made_adam(), ORDER, joined, ["ab"])
    assert torch.equal(carried["state"][0]["exp_avg"], torch.ones(5))
    assert carried["param_groups"][0] == {"lr": 1e-3, "params": [0]}
    assert updates(carried) == 5
    assert carried_adam(fresh_adam(2, 1.0), ORDER, joined, ["ab"])["param_groups"][0]["params"] == [
        0
    ]


def test_moments_of_some_of_the_weights_go_nowhere():
    frozen, apart = made_adam(), made_adam()
    del frozen["state"][1]
    apart["param_groups"] = [{"lr": 1e-3, "params": [number]} for number in (0, 1)]
    for state in (frozen, apart):
        assert carried_adam(state, ORDER, joined, ["ab"]) is None


def stepped():
    """A state of Adam as torch saves it, for WEIGHTS."""
    parameters = [torch.nn.Parameter(value) for value in WEIGHTS.values()]
    adam = torch.optim.Adam(parameters)
    for parameter in parameters:
        parameter.grad = torch.ones_like(parameter)
    adam.step()
    return adam.state_dict()


def with_entry(name, value):
    state = stepped()
    state["state"][0][name] = value
    return state


def with_setting(name, value):
    state = stepped()
    state["param_groups"][0][name] = value
    return state


def test_a_state_of_adam_is_one():
    check_adam(stepped(), WEIGHTS, ORDER)
    check_adam(fresh_adam(2, 1e-3), WEIGHTS, ORDER)
    check_adam(with_entry("step", 7), WEIGHTS, ORDER)


@pytest.mark.parametrize(
    "state",
    [
        *(with_entry("step", value) for value in ((3,), "3", torch.ones(2), -1, float("nan"))),
        with_entry("exp_avg", torch.ones(3)),
        *(with_setting("lr", value) for value in ("fast", None, torch.ones(2))),
        *(with_setting("betas", value) for value in ((0.9,), (0.9, "x"), 5)),
        *(with_setting("params", value) for value in ([1, 0], [0, 0], [0], ["0", "1"], 5)),
        *({"state": {}, "param_groups": value} for value in (5, [5], [{}])),
        {"state": {5: {"step": 1}}, "param_groups": stepped()["param_groups"]},
        {"state": [], "param_groups": [{"params": [0, 1]}]},
    ],
)
def test_what_is_no_state_of_adam_is_refused(state):
    with pytest.raises((KeyError, TypeError, ValueError, AttributeError)):
        check_adam(state, WEIGHTS, ORDER)


def test_our_own_file_has_the_state_of_its_weights(tmp_path):
    made = made_checkpoint(steps=1)
    made.training["optimizer"]["state"][0]["exp_avg"] = torch.ones(3)
    made.save(tmp_path / "x")
    with pytest.raises(CheckpointError) as raised:
        Checkpoint.load(tmp_path / "x")
    assert str(raised.value).isprintable()
