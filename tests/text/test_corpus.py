from hypothesis import given
from hypothesis import strategies as st

from tests.text.made import plain
from voiceprep.text.corpus import describe
from voiceprep.text.encode import encode
from voiceprep.text.spoken import Spoken


def test_the_whole_is_told_in_numbers():
    corpus = describe(list(plain("The cat. The dog!", 'Is it 2? "Yes," said', "").values()))
    assert (corpus.clips, corpus.characters) == (3, 37)
    assert (corpus.words, corpus.vocabulary, corpus.once) == (9, 8, 7)
    assert (corpus.statements, corpus.questions, corpus.exclamations) == (2, 1, 1)
    assert corpus.sentences == 4
    assert corpus.share(corpus.questions) == 0.25
    assert corpus.lengths[0] == 0
    assert corpus.common[0] == ("the", 2)


def test_a_closing_quote_hides_no_question():
    corpus = describe(
        list(plain('He asked, "Why?"', "(Stop!)", "Mr. Hale and J. S. Bach").values())
    )
    assert (corpus.questions, corpus.exclamations, corpus.statements) == (1, 1, 1)


def test_nothing_has_no_share():
    assert describe([]).share(0) == 0


@given(st.lists(st.text(max_size=40), max_size=5))
def test_any_text_is_told(texts):
    corpus = describe([Spoken(encode(text)) for text in texts])
    assert corpus.once <= corpus.vocabulary <= corpus.words
    assert len(corpus.lengths) == corpus.clips
