from hypothesis import given
from hypothesis import strategies as st

from tests.text.made import plain
from voiceprep.text.encode import TextConfig, encode
from voiceprep.text.frontends import make_frontend
from voiceprep.text.spoken import SpokenText
from voiceprep.text.statistics import measure_texts


def test_statistics_of_a_few_texts():
    statistics = measure_texts(
        list(plain("The cat. The dog!", 'Is it 2? "Yes," said', "").values())
    )
    assert (statistics.clips, statistics.characters) == (3, 37)
    assert (statistics.words, statistics.vocabulary, statistics.once) == (9, 8, 7)
    assert (statistics.statements, statistics.questions, statistics.exclamations) == (2, 1, 1)
    assert statistics.sentences == 4
    assert statistics.share(statistics.questions) == 0.25
    assert statistics.lengths[0] == 0
    assert statistics.common[0] == ("the", 2)


def test_a_closing_quote_hides_no_question():
    statistics = measure_texts(
        list(plain('He asked, "Why?"', "(Stop!)", "Mr. Hale and J. S. Bach").values())
    )
    assert (statistics.questions, statistics.exclamations, statistics.statements) == (1, 1, 1)


def test_questions_of_every_script_are_counted():
    texts = plain(
        "何ですか？ はい！", "ماذا؟", "¿Qué? ¡No!", "« Quoi ? » Non.", "क्या? हाँ।"
    ).values()
    statistics = measure_texts(list(texts))
    assert (statistics.questions, statistics.exclamations) == (5, 2)


def test_texts_without_spaces_are_counted_in_letters():
    config = TextConfig(frontend="characters")
    texts = ["今日は天気がいいので、散歩に行きます。", "コーヒーを飲みましょう。"]
    frontend = make_frontend(config, texts)
    statistics = measure_texts([SpokenText(one) for one in frontend.encode_all(texts)])
    assert not statistics.spaced
    assert (statistics.words, statistics.vocabulary) == (28, 25)
    assert measure_texts([SpokenText(encode("It is so."))]).spaced


def test_nothing_has_no_share():
    assert measure_texts([]).share(0) == 0


@given(st.lists(st.text(max_size=40), max_size=5))
def test_any_texts_have_statistics(texts):
    statistics = measure_texts([SpokenText(encode(text)) for text in texts])
    assert statistics.once <= statistics.vocabulary <= statistics.words
    assert len(statistics.lengths) == statistics.clips
