import numpy as np

from voiceprep.text.drawing import draw_ids


def test_one_in_ten_is_drawn_one_at_least():
    random = np.random.default_rng(0)
    assert [len(draw_ids(map(str, range(n)), random)) for n in (0, 1, 9, 23, 200)] == [
        0,
        1,
        1,
        2,
        20,
    ]


def test_the_order_of_the_ids_decides_nothing():
    ids = list(map(str, range(50)))
    drawn = [draw_ids(order, np.random.default_rng(5)) for order in (ids, ids[::-1])]
    assert drawn[0] == drawn[1]
