from dataclasses import replace

import pytest
import torch

from tests.train.made_checkpoints import CONFIG, VOICE, made_checkpoint, made_model, same_weights
from voiceprep.errors import SettingError, UserError
from voiceprep.train.run.warm_start import TensorRow, freeze, rest_norms, warm_start


def fates(report):
    return {row.name: row.fate for row in report.rows if row.fate != "loaded"}


def test_the_same_voice_takes_every_weight():
    checkpoint, model = made_checkpoint(), made_model(seed=1)
    report = warm_start(model, VOICE, checkpoint)
    assert same_weights(model.state_dict(), checkpoint.weights)
    assert report.counts["loaded"] == len(checkpoint.weights)
    assert report.lines() == [f"weights: {len(checkpoint.weights)} loaded"]


def test_symbols_are_mapped_by_their_names():
    """Ours are the checkpoint's in another order, without a few of them, and with two new ones."""
    symbols = ("_", "é", *reversed(VOICE.symbols[5:]), "ß")
    voice = replace(VOICE, symbols=symbols)
    checkpoint = made_checkpoint()
    model = made_model(replace(CONFIG, symbols=len(symbols)), seed=1)
    fresh = model.embedding.weight.detach().clone()
    report = warm_start(model, voice, checkpoint)
    for row, symbol in enumerate(symbols):
        known = symbol in VOICE.symbols
        theirs = checkpoint.weights["embedding.weight"]
        wanted = theirs[VOICE.symbols.index(symbol)] if known else fresh[row]
        assert torch.equal(model.embedding.weight[row], wanted)
    assert fates(report) == {"embedding.weight": "mapped"}
    assert report.lines()[1] == (
        "  mapped      embedding.weight  146×16 ← 148×16: 144 of 146 symbols by name; new: é ß "
        "(--symbol-from é=e,ß=s starts them from others)"
    )


def test_new_symbols_may_start_from_others():
    voice = replace(VOICE, symbols=("_", "é", "œ", "ß", *VOICE.symbols[1:]))
    model, checkpoint = made_model(replace(CONFIG, symbols=151), seed=1), made_checkpoint()
    fresh = model.embedding.weight[3].detach().clone()
    report = warm_start(model, voice, checkpoint, symbol_from="é=e,œ=o+e")
    theirs = checkpoint.weights["embedding.weight"]
    e, o = (theirs[VOICE.symbols.index(letter)] for letter in "eo")
    assert torch.equal(model.embedding.weight[1], e)
    assert torch.allclose(model.embedding.weight[2], (o + e) / 2)
    assert torch.equal(model.embedding.weight[3], fresh)
    assert torch.equal(model.embedding.weight[4:], theirs[1:])
    assert report.rows[0].why == (
        "148 of 151 symbols by name; from others: é=e œ=o+e; new: ß (--symbol-from ß=s starts them "
        "from others)"
    )


def test_a_symbol_of_the_same_table_may_start_from_another():
    model, checkpoint = made_model(seed=1), made_checkpoint()
    warm_start(model, VOICE, checkpoint, symbol_from="@AH1=@AH0")
    row, source = (VOICE.symbols.index(name) for name in ("@AH1", "@AH0"))
    assert torch.equal(model.embedding.weight[row], checkpoint.weights["embedding.weight"][source])


def test_symbols_start_from_none_where_the_embedding_is_not_taken():
    with pytest.raises(SettingError):
        warm_start(made_model(), VOICE, made_checkpoint(), "embedding", "a=b")
    foreign = replace(made_checkpoint(), frontend=replace(VOICE, symbols=()))
    with pytest.raises(SettingError):
        warm_start(made_model(), VOICE, foreign, symbol_from="a=b")


def test_symbols_of_another_order_but_the_same_number_are_mapped_too():
    voice = replace(VOICE, symbols=tuple(reversed(VOICE.symbols)))
    model, checkpoint = made_model(seed=1), made_checkpoint()
    warm_start(model, voice, checkpoint)
    assert torch.equal(model.embedding.weight, checkpoint.weights["embedding.weight"].flip(0))


def test_symbols_that_are_not_known_are_taken_as_they_stand_where_their_number_fits():
    checkpoint = replace(made_checkpoint(), frontend=replace(VOICE, symbols=()))
    report = warm_start(made_model(), VOICE, checkpoint)
    assert report.rows[0].why == "its symbols are assumed to be those of voiceprep"
    model = made_model(replace(CONFIG, symbols=150), seed=1)
    fresh = model.embedding.weight.detach().clone()
    report = warm_start(model, VOICE, checkpoint)
    assert fates(report) == {"embedding.weight": "mismatched"}
    assert torch.equal(model.embedding.weight, fresh)


def test_what_does_not_fit_keeps_its_initial_values_and_is_listed():
    checkpoint = made_checkpoint()
    del checkpoint.weights["decoder.gate_layer.linear_layer.bias"]
    checkpoint.weights["mi.proj.weight"] = torch.ones(2, 3)
    model = made_model(replace(CONFIG, frames_per_step=2), seed=1)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    report = warm_start(model, VOICE, checkpoint)
    assert fates(report) == {
        "decoder.prenet.layers.0.linear_layer.weight": "mismatched",
        "decoder.linear_projection.linear_layer.weight": "mismatched",
        "decoder.linear_projection.linear_layer.bias": "mismatched",
        "decoder.gate_layer.linear_layer.bias": "missing",
        "mi.proj.weight": "unexpected",
    }
    for name in set(fates(report)) - {"mi.proj.weight"}:
        assert torch.equal(model.state_dict()[name], before[name])
    assert report.rows[-1] == TensorRow("mi.proj.weight", "unexpected", None, (2, 3))
    shown = {line.split()[1]: line for line in report.lines()[1:]}
    assert shown.keys() == fates(report).keys()
    assert all(line.split()[0] == fates(report)[name] for name, line in shown.items())
    assert any(line.endswith("  20 ← 10") for line in shown.values())
    assert shown["mi.proj.weight"].endswith("nothing ← 2×3")
    assert len(report.lines(verbose=True)) == len(report.rows) + 1
    assert next(iter(report.plain()))["name"] == "embedding.weight"


@pytest.mark.parametrize(
    ("names", "count"),
    [
        ("embedding.weight", 1),
        ("embedding, gate_layer", 3),
        ("encoder", 29),
        ("prenet", 2),
        ("decoder.attention_layer.v", 1),
        ("lstm", 8),
    ],
)
def test_layers_are_ignored_by_tensor_or_by_part(names, count):
    model = made_model(seed=1)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    report = warm_start(model, VOICE, made_checkpoint(), names)
    ignored = [row.name for row in report.rows if row.fate == "ignored"]
    assert len(ignored) == report.counts["ignored"] == count
    assert all(torch.equal(model.state_dict()[name], before[name]) for name in ignored)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("encodr", "did you mean 'encoder'?"),
        ("gate", "did you mean 'decoder.gate_layer'?"),
        (
            "zzz",
            "it is one of decoder, decoder.attention_layer, decoder.attention_rnn, "
            "decoder.decoder_rnn, decoder.gate_layer, decoder.linear_projection, decoder.prenet, "
            "embedding, encoder, encoder.convolutions, encoder.lstm, postnet, postnet.convolutions",
        ),
        ("convolutions", "it may be any of encoder.convolutions, postnet.convolutions"),
    ],
)
def test_a_part_that_is_none_gets_the_nearest(name, hint):
    for act in (
        lambda: freeze(made_model(), name),
        lambda: warm_start(made_model(), VOICE, made_checkpoint(), name),
    ):
        with pytest.raises(SettingError) as raised:
            act()
        assert str(raised.value) == f"the model has no part {name!r}: {hint}"
        assert raised.value.key == name


def test_a_checkpoint_of_which_nothing_fits_is_an_error():
    other = replace(made_checkpoint(), weights={"upsample.weight": torch.ones(2)})
    with pytest.raises(UserError, match="nothing in the checkpoint fits"):
        warm_start(made_model(), VOICE, other)


def test_frozen_parts_do_not_train():
    model = made_model()
    every = sum(value.numel() for value in model.parameters())
    held = sum(
        value.numel() for part in (model.encoder, model.postnet) for value in part.parameters()
    )
    assert freeze(model, "") == every
    assert freeze(model, "encoder,postnet") == every - held
    assert not any(value.requires_grad for value in model.postnet.parameters())
    assert all(value.requires_grad for value in model.decoder.parameters())
    with pytest.raises(SettingError, match="no parameter is left to train"):
        freeze(model, "embedding decoder")


def test_frozen_norms_keep_their_statistics():
    model = made_model()
    freeze(model, "encoder")
    model.train()
    rest_norms(model)
    frozen, free = model.encoder.convolutions[0][1], model.postnet.convolutions[0][1]
    before = frozen.running_mean.clone()
    frozen(torch.randn(2, 16, 9) + 3)
    assert torch.equal(frozen.running_mean, before)
    assert free.training
    assert model.encoder.training
