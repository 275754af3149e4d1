import json
from pathlib import Path

import pytest

from voiceprep.text.symbols import PAD, SYMBOL_IDS, SYMBOLS

REFERENCE = Path(__file__).parents[1] / "reference" / "text_ids_a.json"


def test_symbols_stand_where_a_checkpoint_expects_them():
    assert list(SYMBOLS) == json.loads(REFERENCE.read_text(encoding="utf-8"))["symbols"]


def test_every_symbol_leads_to_its_place():
    assert [SYMBOL_IDS[symbol] for symbol in SYMBOLS] == list(range(148))


def test_the_pad_is_zero_as_batches_are_padded_with_zeros():
    assert SYMBOL_IDS[PAD] == 0


def test_ids_cannot_be_changed_by_accident():
    with pytest.raises(TypeError):
        SYMBOL_IDS["ä"] = 148
