from tests.text.made import made_texts
from voiceprep.text.costs import cost_of
from voiceprep.text.encode import encode
from voiceprep.text.spoken import SpokenText

LEXICON = {"so": ("S", "OW1"), "azure": ("AE1", "ZH", "ER0"), "or": ("AO1", "R")}


def spoken(lexicon=None, **texts):
    return {id: SpokenText(encode(text), lexicon=lexicon) for id, text in texts.items()}


def test_what_no_other_clip_has_is_named_and_its_pairs_are_counted():
    cost = cost_of(spoken(a="so so or", b="or so azure", c="so or so", lexicon=LEXICON))
    assert cost("b", set()).startswith("the only clip with AE, ER, ZH, a and 3 more; ")
    assert "the only one with 4 pairs of symbols" in cost("b", set())
    assert cost("c", set()) == ""


def test_a_question_among_few_is_reported():
    cost = cost_of(spoken(a="Or so?", b="So or?", c="So or so?", d="So or so!", e="So so or."))
    assert "1 of 3 questions" in cost("a", set())
    assert "the only exclamation" in cost("d", set())
    assert "statement" not in cost("e", set())


def test_what_is_left_out_already_is_not_counted():
    cost = cost_of(spoken(a="azure so", b="so azure", c="so or"))
    assert "the only clip" not in cost("a", set())
    assert "the only clip with a, e, u, z" in cost("a", {"b"})


def test_common_words_cost_nothing_and_what_is_not_known_neither():
    texts = spoken(**made_texts(40))
    cost = cost_of(texts | spoken(x="said said"))
    assert cost("x", set()) == ""
    assert cost("none", set()) == ""
