"""Products with packed weights against torch's own."""

import pytest
import torch
from torch.nn import functional as F

from voiceprep.train.kernels import products
from voiceprep.train.kernels.products import Layer, Product, packs

TOLERANCES = {torch.float32: 1e-5, torch.float64: 1e-12, torch.bfloat16: 0.05}


@pytest.fixture(params=[True, False], ids=["packed", "not packed"])
def packing(request, monkeypatch):
    if not request.param:
        monkeypatch.setattr(products, "packs", lambda _: False)


def drawn(*shape, dtype=torch.float32):
    return torch.randn(*shape, dtype=torch.float64).to(dtype)


def close(found, wanted):
    tolerance = TOLERANCES[wanted.dtype]
    torch.testing.assert_close(found, wanted, atol=tolerance, rtol=tolerance)


@pytest.mark.usefixtures("packing")
@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("biased", [True, False])
@pytest.mark.parametrize(("rows", "inputs", "outputs"), [(1, 1, 1), (8, 5, 12), (70, 33, 4)])
def test_a_product_is_torchs_own(dtype, biased, rows, inputs, outputs):
    torch.manual_seed(0)
    weight, bias = drawn(outputs, inputs, dtype=dtype), drawn(outputs, dtype=dtype)
    product = Product(weight, rows, bias if biased else None)
    for _ in range(2):
        x, added = drawn(rows, inputs, dtype=dtype), drawn(rows, outputs, dtype=dtype)
        before = x.clone(), added.clone()
        close(product(x, added), F.linear(x, weight, bias if biased else None) + added)
        assert torch.equal(x, before[0])
        assert torch.equal(added, before[1])


def test_a_packed_product_takes_another_number_of_rows():
    torch.manual_seed(0)
    weight = drawn(6, 4)
    product = Product(weight, 8)
    for rows in (1, 3, 100):
        x, added = drawn(rows, 4), drawn(rows, 6)
        close(product(x, added), x @ weight.t() + added)


@pytest.mark.usefixtures("packing")
@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("activation", ["none", "tanh", "sigmoid", "relu"])
def test_a_layer_is_a_product_and_its_activation(dtype, activation):
    torch.manual_seed(0)
    weight, bias, x = drawn(7, 9, dtype=dtype), drawn(7, dtype=dtype), drawn(20, 9, dtype=dtype)
    wanted = F.linear(x, weight, bias)
    wanted = wanted if activation == "none" else getattr(torch, activation)(wanted)
    close(Layer(weight, bias, 20, activation)(x), wanted)


@pytest.mark.usefixtures("packing")
def test_a_weight_may_be_a_view_of_another():
    torch.manual_seed(0)
    whole, bias, x = drawn(9, 14), drawn(14)[::2], drawn(20, 9)
    close(Layer(whole.t()[::2], bias, 20)(x), x @ whole[:, ::2] + bias)


def test_only_weights_that_onednn_has_products_of_are_packed():
    assert not packs(torch.ones(2, 2, dtype=torch.float64))
    assert not packs(torch.ones(2, 2, device="meta"))
    assert packs(torch.ones(2, 2)) == torch.backends.mkldnn.is_available()
