"""Long texts in parts: at sentences first, then at clauses, then between words; nothing is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceprep.text.sentences import Part, split_sentences, split_text


@pytest.mark.parametrize(
    "text",
    [
        "Mr. Hale and Dr. Stone met on St. Mary's day.",
        "It cost 3.50 in all, or $1,000.25.",
        "J. S. Bach wrote it.",
        "The U.S. Army came.",
        "See No. 5 and vol. 3, e.g. the last page.",
        "Well... and so on.",
        ". . . and so on.",
        '"Why?" he asked.',
        "Yahoo! is old.",
        "Er kam am 3. Mai zu Hr. Stein, d.h. zu früh.",
        "Vive M. Dupont et Mme. Roche !",
        "Saluda a la Sra. Vega.",
        "А. С. Пушкин жил на ул. Мойке.",
        "「行く。」と言った。",
        "« Quoi ? » dit-il.",
        "»Was?« fragte er.",
        "¿Qué dices? preguntó.",
    ],
)
def test_a_mark_within_a_sentence_does_not_end_it(text):
    assert split_sentences(text) == [text]


@pytest.mark.parametrize(
    "text, count",
    [
        ("One. Two! Three? Four", 4),
        ("Really?! Yes.", 2),
        ("Wait... No.", 2),
        ('He said: "Go!" Then he left.', 2),
        ("(It rained.) We stayed.", 2),
        ("It was 1455. Then it was not.", 2),
        ("He came at 5 p.m. Then it rained.", 2),
        ("She said no. He left.", 2),
        ("Он ушёл. Она осталась.", 2),
        ("好。再见。", 2),
        ("「はい。」彼は行った。", 2),
        ("« Oui ! » Il partit. Elle resta.", 3),
        ("Er rief: „Geh!“ Dann ging er.", 2),
        ("Hola. ¿Qué tal? ¡Bien!", 3),
        ("ماذا؟ نعم.", 2),
        ("वह गया।वह आई।", 2),
        ("집에 갔다. 비가 왔다.", 2),
    ],
)
def test_sentences_end_where_a_reader_says_so(text, count):
    assert len(split_sentences(text)) == count


def test_a_text_that_fits_is_one_part_whatever_is_in_it():
    assert split_text("One. Two, three.", 20) == [Part("One. Two, three.", "paragraph")]


def test_neighbouring_sentences_stay_together_while_they_fit():
    parts = split_text("One and two. Three and four. Five and six.", 30)
    assert [part.text for part in parts] == ["One and two. Three and four.", "Five and six."]
    assert [part.ending for part in parts] == ["sentence", "paragraph"]


def test_sentences_of_scripts_without_spaces_get_none():
    assert [part.text for part in split_text("好。再见。谢谢你。", 6)] == ["好。再见。", "谢谢你。"]
    assert [part.text for part in split_text("간다. 온다. 잔다.", 8)] == ["간다. 온다.", "잔다."]


def test_a_sentence_without_a_full_stop_is_split_at_commas_then_between_words():
    parts = split_text("one two three four, five six seven eight nine ten eleven twelve", 24)
    assert [(part.text, part.ending) for part in parts] == [
        ("one two three four, five", "word"),
        ("six seven eight nine ten", "word"),
        ("eleven twelve", "paragraph"),
    ]
    parts = split_text("one two three; four five six, seven", 16)
    assert [part.ending for part in parts] == ["clause", "clause", "paragraph"]


def test_a_word_without_end_is_cut_somewhere():
    assert [len(part.text) for part in split_text("x" * 250, 100)] == [100, 100, 50]


def test_paragraphs_are_kept_apart_and_single_line_ends_are_not():
    parts = split_text("One\nand two.\n\n \nThree.", 100)
    assert parts == [Part("One and two.", "paragraph"), Part("Three.", "paragraph")]


def test_sounds_in_braces_stay_together():
    parts = split_text("He came and said {HH AH0 L OW1} to her.", 26)
    assert [part.text for part in parts] == ["He came and said", "{HH AH0 L OW1} to her."]


def test_nothing_is_one_part_of_nothing():
    assert split_text(" \n\n ", 20) == [Part("", "paragraph")]


def test_a_book_is_split_in_no_time():
    text = "It was the best of times, it was the worst of times. " * 20_000
    assert all(len(part.text) <= 150 for part in split_text(text, 150))


@given(st.text(alphabet="ab .,;!?\n\"'é…。{}", max_size=300), st.integers(20, 60))
def test_every_letter_is_in_one_part_in_its_order(text, longest):
    parts = split_text(text, longest)
    assert "".join("".join(part.text for part in parts).split()) == "".join(text.split())
    assert all(len(part.text) <= longest for part in parts)


@pytest.mark.parametrize("run", ["." * 100_000, "!?" * 50_000 + "x", '."' * 50_000, "…" * 99_999])
def test_a_row_of_marks_is_read_in_no_time(run):
    assert "".join(split_sentences(f"Chapter 1 {run}12")) == f"Chapter 1 {run}12"
