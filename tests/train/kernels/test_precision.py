import torch

from voiceprep.train.kernels.precision import autocast_dtype, autocast_to

CPU, META = torch.device("cpu"), torch.device("meta")


def test_the_type_of_products_is_autocasts_where_that_is_on():
    assert autocast_dtype(CPU) is None
    with torch.autocast("cpu", torch.bfloat16):
        assert autocast_dtype(CPU) == torch.bfloat16
        with autocast_to(None, CPU):
            assert autocast_dtype(CPU) is None
        with autocast_to(torch.float16, CPU):
            assert autocast_dtype(CPU) == torch.float16


def test_meta_tensors_have_none():
    with autocast_to(torch.bfloat16, META):
        assert autocast_dtype(META) is None
