"""What a run may change when it is continued, and what it may not."""

from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest
import torch

from tests.train.made import TINY, made_items
from tests.train.made_checkpoints import CONFIG, dle_fields, made_checkpoint
from tests.train.made_checkpoints import saved as write_fields
from tests.train.run.test_loop import TRAIN, VOICE, began, recipe_of, run_of
from tests.train.waveglow.test_task import RECIPE, made_sounds
from voiceprep.errors import CheckpointError, SettingError, TargetError
from voiceprep.train.checkpoints.checkpoint import Checkpoint, save_step
from voiceprep.train.device import Machine, World
from voiceprep.train.frontend import FrontendConfig
from voiceprep.train.run.loop import train_steps
from voiceprep.train.run.resume import (
    RESUMED_FROM,
    STATE,
    check_same,
    hash_of,
    pack_run,
    run_to_continue,
)
from voiceprep.train.run.setup import build_run, build_task
from voiceprep.train.settings import ScheduleConfig, StartConfig
from voiceprep.train.tacotron2.config import Tacotron2Config


@pytest.fixture
def items(tmp_path):
    return made_items(tmp_path, [5, 9, 3, 7, 6], [13, 21, 6, 9, 15])


@pytest.fixture
def saved(items):
    beginning, _ = run_of(recipe_of(), items, 4)
    return pack_run(beginning.run, beginning.plan, "tacotron2", VOICE, {"init_from": "x.pt"})


def test_precision_cadence_and_length_may_change(items, saved):
    recipe = recipe_of(train=replace(TRAIN, steps=9, evaluate_every=3, grad_clip=1.0))
    beginning, _ = began(recipe, items, saved, precision="fp16")
    assert (beginning.run.step, beginning.run.epoch, beginning.run.place) == (4, 1, 1)
    assert beginning.plan.total_steps == 9


def test_another_weight_decay_applies_from_the_next_step(items, saved):
    recipe = recipe_of(train=replace(TRAIN, weight_decay=0.25))
    beginning, task = began(recipe, items, saved)
    assert any(line.startswith("weight decay 0.25 from here on") for line in beginning.notes)
    next(train_steps(beginning.run, task, beginning.plan, World()))
    assert beginning.run.optimizer.param_groups[0]["weight_decay"] == 0.25
    usual = run_of(recipe_of(), items, 1, saved)[0].run.model
    assert not torch.equal(beginning.run.model.embedding.weight, usual.embedding.weight)
    assert not any("weight decay" in line for line in began(recipe_of(), items, saved)[0].notes)


def test_what_a_run_was_started_without_stays(items, saved):
    saved = replace(saved, training={**saved.training, "ignore_layers": "embedding.weight"})
    recipe = recipe_of(train=replace(TRAIN, ignore_layers="postnet"))
    assert began(recipe, items, saved)[0].recipe.train.ignore_layers == "embedding.weight"


def test_with_another_batch_size_the_next_epoch_begins(items, saved):
    beginning, _ = began(recipe_of(train=replace(TRAIN, batch_size=3)), items, saved)
    assert (beginning.run.step, beginning.run.epoch, beginning.run.place) == (4, 2, 0)
    assert any("batches have changed" in line for line in beginning.notes)


def test_epochs_that_were_taken_count_as_taken_whatever_the_batches_are(items, saved):
    # Epochs of three steps; the fifth step would have been in the second of them.
    train = replace(TRAIN, epochs=6, batch_size=5)
    beginning, _ = began(recipe_of(train=train), items, saved)
    assert (beginning.run.step, beginning.run.epoch) == (4, 2)
    assert beginning.plan.total_steps == 4 + 4
    again = pack_run(beginning.run, beginning.plan, "tacotron2", VOICE, {})
    assert began(recipe_of(train=train), items, again)[0].plan.total_steps == 8
    same = replace(TRAIN, epochs=6)
    assert began(recipe_of(train=same), items, saved)[0].plan.total_steps == 18


def test_with_clips_taken_away_the_next_epoch_begins(items, saved):
    train = replace(TRAIN, steps=6, batch_size=2)
    beginning, task = began(recipe_of(train=train), items[:2], saved)
    beginning.run.epoch, beginning.run.place = 1, 3
    told = [step.epoch for (step,) in train_steps(beginning.run, task, beginning.plan, World())]
    assert told == [2, 3]


def test_a_fine_tune_goes_on_with_what_it_took_from_its_start(items, saved):
    schedule = ScheduleConfig(learning_rate=1e-2, use_saved=True)
    typed = recipe_of(Tacotron2Config(symbols=TINY.symbols, mel_channels=10), schedule=schedule)
    begun = began(typed, items, started_from=saved)[0]
    again = pack_run(begun.run, begun.plan, "tacotron2", VOICE, {"init_from": "x.pt"})
    later = began(typed, items, again)[0]
    assert later.recipe.config.prenet_dim == TINY.prenet_dim
    assert later.plan.schedule == begun.plan.schedule
    assert later.init_from == "x.pt"


def test_model_mel_and_text_may_not_and_all_that_differs_is_listed(saved):
    with pytest.raises(SettingError) as error:
        check_same(
            saved,
            replace(TINY, prenet_dim=99),
            FrontendConfig(VOICE.symbols[:9], "basic_cleaners", replace(VOICE.mel, hop_length=200)),
        )
    for part in (
        "tacotron2.prenet_dim = 99, it was 12",
        "mel.hop_length = 200, it was 256",
        "the symbols differ",
        "text.cleaner = basic_cleaners",
    ):
        assert part in str(error.value)


def test_a_checkpoint_that_is_only_for_speaking_is_no_run(items, saved):
    with pytest.raises(SettingError, match="--init-from"):
        began(recipe_of(), items, replace(saved, training=None))


def test_which_run_is_continued(tmp_path, saved):
    auto, last, anew = (StartConfig(resume=word) for word in ("auto", "last", "no"))
    assert run_to_continue(tmp_path, auto) is None
    with pytest.raises(CheckpointError, match="no run to continue"):
        run_to_continue(tmp_path, last)
    save_step(saved, tmp_path)
    assert (
        run_to_continue(tmp_path, auto) == run_to_continue(tmp_path, last) == tmp_path / "last.pt"
    )
    assert run_to_continue(tmp_path, anew) is None
    assert run_to_continue(tmp_path, StartConfig(init_from="x.pt")) == tmp_path / "last.pt"
    (tmp_path / "link.pt").symlink_to(Path("x.pt").absolute())
    for same in ("./x.pt", ".//x.pt", Path("x.pt").absolute(), tmp_path / "link.pt"):
        assert run_to_continue(tmp_path, StartConfig(init_from=str(same)))
    with pytest.raises(TargetError, match="another start"):
        run_to_continue(tmp_path, StartConfig(init_from="other.pt"))


CONTAINERS = ["dle", "nvidia"]


def after(recipe, task, saved, steps):
    """The setup of a resumed run, and its weights after some steps."""
    setup = build_run(recipe, len(task.epoch_batches(0)), Machine(), saved)
    setup.run.model.train()
    for _ in islice(train_steps(setup.run, task, setup.plan, World()), steps):
        pass
    return setup, setup.run.model.state_dict()


def same_run(recipe, task, tmp_path, container):
    """A run resumed from a container of the original scripts, compared with one from ours."""
    first = build_run(recipe, len(task.epoch_batches(0)), Machine())
    first.run.model.train()
    for _ in islice(train_steps(first.run, task, first.plan, World()), first.plan.steps_per_epoch):
        pass
    frontend = recipe.frontend
    saved = pack_run(first.run, first.plan, recipe.model, frontend, {"mel_statistics": None})
    saved.save(tmp_path / "checkpoint_0", container)
    read = Checkpoint.load(tmp_path / "checkpoint_0")
    ours, wanted = after(recipe, task, saved, 4)
    setup, weights = after(recipe, task, read, 4)
    assert (setup.run.step, setup.run.epoch, setup.run.place) == (
        ours.run.step, ours.run.epoch, ours.run.place,
    )  # fmt: skip
    for name, value in wanted.items():
        assert torch.equal(weights[name], value), name
    return setup


@pytest.mark.parametrize("container", CONTAINERS)
def test_a_run_in_a_container_of_the_original_scripts_goes_on_exactly(items, tmp_path, container):
    recipe = recipe_of()
    _, task = began(recipe, items)
    setup = same_run(recipe, task, tmp_path, container)
    assert any("continues with epoch 1 and Adam's moments of step 3" in n for n in setup.notes)


@pytest.mark.parametrize("container", CONTAINERS)
def test_a_vocoders_run_in_such_a_container_goes_on_exactly(tmp_path, container):
    # Its containers do not state fewer mel channels, nor does the run need to.
    task = build_task(RECIPE, made_sounds(tmp_path))
    setup = same_run(RECIPE, task, tmp_path, container)
    assert setup.run.epoch == 2


def test_an_original_run_counts_its_epochs_to_the_end(items, tmp_path):
    made = made_checkpoint()
    write_fields(
        tmp_path / "checkpoint_Tacotron2_7", dle_fields(made, random_rng_state=torch.zeros(1))
    )
    read = Checkpoint.load(tmp_path / "checkpoint_Tacotron2_7")
    recipe = recipe_of(CONFIG, train=replace(TRAIN, epochs=10))
    setup = began(recipe, items, read)[0]
    assert (setup.run.step, setup.run.epoch) == (3, 8)
    assert setup.plan.total_steps == 3 + 2 * setup.plan.steps_per_epoch
    again = pack_run(setup.run, setup.plan, "tacotron2", VOICE, {})
    assert began(recipe, items, again)[0].plan.total_steps == setup.plan.total_steps


def test_an_original_run_brings_its_sizes_and_its_learning_rate(items):
    schedule = ScheduleConfig(learning_rate=1e-2, use_saved=True)
    typed = recipe_of(Tacotron2Config(mel_channels=10), schedule=schedule)
    setup = began(typed, items, made_checkpoint())[0]
    facts = {RESUMED_FROM: "of the file"}
    saved = pack_run(setup.run, setup.plan, "tacotron2", setup.recipe.frontend, facts)
    for resumed in (setup, began(typed, items, saved)[0]):
        assert resumed.recipe.config.prenet_dim == CONFIG.prenet_dim
        assert resumed.plan.schedule.learning_rate == 2e-4


def test_an_original_run_of_other_symbols_cannot_go_on(items):
    frontend = FrontendConfig((*VOICE.symbols, "é"), mel=VOICE.mel)
    with pytest.raises(SettingError) as error:
        build_run(replace(recipe_of(), frontend=frontend), 3, Machine(), made_checkpoint())
    assert error.value.key == "resume"


def test_published_weights_have_no_run(items):
    with pytest.raises(SettingError) as error:
        began(recipe_of(), items, replace(made_checkpoint(), training={"epoch": 3}))
    assert error.value.key == "resume"


def test_the_last_run_may_be_one_of_the_original_script(tmp_path):
    last = StartConfig(resume="last")
    for epoch in (50, 100, 1500):
        (tmp_path / f"checkpoint_Tacotron2_{epoch}.pt").write_bytes(b"")
    (tmp_path / "checkpoint_WaveGlow_2000.pt").write_bytes(b"")
    found = run_to_continue(tmp_path, last, ["Tacotron2"])
    assert found == tmp_path / "checkpoint_Tacotron2_1500.pt"
    link = tmp_path / "checkpoint_Tacotron2_last.pt"
    link.symlink_to("checkpoint_Tacotron2_100.pt")
    assert run_to_continue(tmp_path, last, ["Tacotron2"]) == link
    assert run_to_continue(tmp_path, StartConfig(), ["Tacotron2"]) is None


def test_a_run_that_began_elsewhere_goes_on_by_the_same_command(tmp_path, saved):
    folder, other = tmp_path / "run", tmp_path / "checkpoint_1000"
    saved.save(other)
    named = StartConfig(resume=str(other))
    assert run_to_continue(folder, named) == other
    begun = replace(saved, training={**saved.training, RESUMED_FROM: hash_of(other)})
    save_step(begun, folder)
    assert run_to_continue(folder, named) == folder / "last.pt"
    step = StartConfig(resume=str(folder / f"step-{saved.step:08d}.pt"))
    assert run_to_continue(folder, step) == folder / f"step-{saved.step:08d}.pt"


def test_a_run_is_not_overwritten_by_one_that_began_elsewhere(tmp_path, saved):
    save_step(saved, tmp_path / "run")
    saved.save(tmp_path / "checkpoint_1000")
    with pytest.raises(TargetError) as error:
        run_to_continue(tmp_path / "run", StartConfig(resume=str(tmp_path / "checkpoint_1000")))
    assert error.value.path == tmp_path / "run"
    with pytest.raises(CheckpointError):
        run_to_continue(tmp_path / "run", StartConfig(resume=str(tmp_path / "missing.pt")))


@pytest.mark.parametrize("name", [name for name in STATE if name != "place"])
def test_a_run_without_a_part_of_its_state_is_not_resumed(items, saved, name):
    training = {key: value for key, value in saved.training.items() if key != name}
    with pytest.raises(SettingError) as error:
        began(recipe_of(), items, replace(saved, training=training))
    assert error.value.key == "resume"


@pytest.mark.parametrize("change", [{"start": [1]}, {"counted": ["a", 2]}, {"best": "x"}])
def test_a_state_of_odd_kinds_is_not_read(tmp_path, saved, change):
    replace(saved, training=saved.training | change).save(tmp_path / "x.pt")
    with pytest.raises(CheckpointError):
        Checkpoint.load(tmp_path / "x.pt")
