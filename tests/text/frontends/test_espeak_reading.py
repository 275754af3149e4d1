import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceprep.text.frontends import espeak_reading
from voiceprep.text.frontends.espeak_reading import MOST_PIECES, match_answers, read_pieces
from voiceprep.tools import espeak_phonemes, espeak_voices

ODD = [
    "",
    ".",
    "a. B. c",
    "[",
    "m n m m n m n m n f",
    "3.5",
    "<b>",
    "漢字",
    "😀",
    "\\",
    "(en)",
    "x" * 600,
]


def markers(count):
    """The markers of so many pieces."""
    return [f"{number:09b}".translate({48: "m", 49: "n"}) + "f" for number in range(count + 1)]


def framed(*answers):
    """What espeak-ng prints where it answers a piece with some lines."""
    first, *others = (" ".join(marker) for marker in markers(len(answers)))
    return [
        first,
        *(line for pair in zip(answers, others, strict=True) for line in (*pair[0], pair[1])),
    ]


def test_an_answer_is_all_that_stands_between_two_markers():
    assert match_answers(framed(["a"], [], ["b", "", "c"]), 3) == ["a", "", "b c"]


def test_answers_are_refused_unless_every_marker_is_in_its_place():
    printed = framed(["a"], ["b"], ["c"])
    assert match_answers(printed, 2) is None
    assert match_answers([], 0) is None
    for place in range(len(printed)):
        without = printed[:place] + printed[place + 1 :]
        twice = printed[: place + 1] + printed[place:]
        if place % 2 == 0:
            assert match_answers(without, 3) is None
            assert match_answers(twice, 3) is None
    assert match_answers([*printed, "d"], 3) is None
    assert match_answers(["d", *printed], 3) is None
    assert match_answers(printed[::-1], 3) is None


@pytest.mark.parametrize("voice", ["fr", "en-us", "nl", "cmn", "ru", "ja", "eu", "lt"])
def test_pieces_are_read_in_one_process_as_each_by_itself(voice):
    alone = [read_pieces([piece], voice)[0] for piece in ODD]
    assert read_pieces([*ODD, *ODD[::-1]], voice) == [*alone, *alone[::-1]]


def test_every_voice_prints_the_markers_as_they_are():
    silent = [voice for voice in espeak_voices() if read_pieces(["1"], voice)[0] is None]
    # One that the program lists and does not take.
    assert set(silent) <= {"chr-us-qaaa-x-west"}


def test_more_pieces_than_one_process_takes(monkeypatch):
    sizes = []

    def read(lines, voice, seconds):
        sizes.append(len(lines))
        return espeak_phonemes(lines, voice, seconds)

    monkeypatch.setattr(espeak_reading, "espeak_phonemes", read)
    one, two = read_pieces(["un", "deux"], "fr")
    pieces = ["un", *["deux"] * MOST_PIECES]
    assert read_pieces(pieces, "fr") == [one, *[two] * MOST_PIECES]
    assert sizes == [5, 2 * MOST_PIECES + 1, 3]


@pytest.mark.parametrize("harm", ["fails", "loses a line", "repeats a line"])
def test_a_piece_that_the_program_fails_on_costs_no_other(monkeypatch, harm):
    def read(lines, voice, seconds):
        printed = espeak_phonemes(lines, voice, seconds)
        if "mal" not in lines:
            return printed
        place = 2 * lines.count("un")
        return {
            "fails": None,
            "loses a line": printed[:-1],
            "repeats a line": [*printed[: place + 1], *printed[place:]],
        }[harm]

    monkeypatch.setattr(espeak_reading, "espeak_phonemes", read)
    un, deux = read_pieces(["un", "deux"], "fr")
    assert read_pieces(["un", "mal", "deux", "un", "deux"], "fr") == [un, None, deux, un, deux]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["C", "Z"]), max_size=30), max_size=8))
def test_no_list_of_texts_is_misaligned(texts):
    pieces = [part.translate({91: None, 93: None}) for text in texts for part in (text, "un")]
    answers = read_pieces(pieces, "fr")
    assert len(answers) == len(pieces)
    assert {*answers[1::2]} <= {"ˈœ̃"}
