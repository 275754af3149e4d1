import time

import pytest

from voiceprep.text.cleaners import CLEANERS, clean_basic, clean_english
from voiceprep.text.rewrites import DROPPED, JOINED, TRANSLITERATED, Rewrite, find_rewrites


def rewrites(text, clean=clean_english):
    return list(find_rewrites(text, clean(text), clean))


def told(text, clean=clean_english):
    """The label and the example of every rewrite."""
    return [(one.label, one.example) for one in rewrites(text, clean)]


@pytest.mark.parametrize(
    "text",
    [
        "Plain words - it's 5:30; (really)?",
        "“Curly” ‘quotes’ – don’t",
        '"straight", `back` „low“ «French» 「Japanese」',
        "Ångström façade über naïve Straße æther Łódź İstanbul Nguyễn",
        "cafe\u0301 Nguye\u0302\u0303n",
        "ﬁne oﬀ Ａｂｃ 𝐀𝐛 ５ Ⅳ Ǆ",
        "a\u00a0b\u2009c\u3000d",
        "¿Qué? −5, ok。 ʼtis",
    ],
)
def test_what_is_usual_or_lossless_is_not_told(text):
    assert rewrites(text) == []


@pytest.mark.parametrize(
    ("word", "read"),
    [
        ("wait—now", "waitnow"),
        ("wait…now", "waitnow"),
        ("so—”yes", "soyes"),
        ("and/or", "andor"),
        ("AT&T", "att"),
        ('said"yes', "saidyes"),
        ("great😀day", "greatday"),
    ],
)
def test_words_that_are_joined_are_shown(word, read):
    assert Rewrite(next(c for c in word if not c.isalpha()), JOINED, word, read) in rewrites(word)


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("wait — now", "—"),
        ("no…", "…"),
        ("50%", "%"),
        ("£5", "£"),
        ("hi 😀", "😀"),
        ("❤\ufe0f 👩\u200d💻", "❤👩💻"),
        ("$5 and $x", "$"),
        ("ʃə", "ə"),
        ("x \u0301y", "\u0301"),
        ("[laughs]", "[]"),
        ("a\x07b", "\x07"),
        ("co\u00adop \ufeffx a\u202cb", "\u00ad\ufeff\u202c"),
    ],
)
def test_what_is_dropped_is_told(text, lost):
    assert [one.what for one in rewrites(text) if one.effect == DROPPED] == list(lost)


@pytest.mark.parametrize(
    ("word", "script", "read"),
    [
        ("水を飲む", "CJK letters", "shui woyin mu"),
        ("「はい」", "CJK letters", "hai"),
        ("สวัสดี", "Thai letters", "swasdii"),
        ("كَتَبَ", "Arabic letters", "kataba"),
        ("דָג", "Hebrew letters", "dag"),
        ("объект", "Cyrillic letters", "obekt"),
        ("pаypal", "Cyrillic letters", "paypal"),
        ("हिन्दी", "Devanagari letters", "hindii"),
        ("안녕", "Hangul letters", "annyeong"),
        ("٣٤", "Arabic-Indic digits", "thirty-four"),
        ("5µm", "Greek letters", "fiveum"),
    ],
)
def test_other_scripts_are_told_once_a_word(word, script, read):
    assert rewrites(word) == [Rewrite(script, TRANSLITERATED, word, read)]
    assert told(word) == [(f"{script} transliterated", f"{word} -> {read}")]


@pytest.mark.parametrize(
    ("word", "what", "said"),
    [
        ("€5", "€", "e"),
        ("25°C", "°", "deg"),
        ("10²", "²", "two"),
        ("１", "１", "l"),
        ("ʃ", "ʃ", "s"),
        ("½", "½", "onetwo"),
        ("Ⓐ", "Ⓐ", "(a)"),
        ("2×4", "×", "x"),
    ],
)
def test_a_character_that_is_read_as_another_is_told(word, what, said):
    (one,) = rewrites(word)
    assert one.label == f"{what!r} read as {said!r}"


def test_a_zero_width_space_parts_a_word():
    assert told("foo\u200bbar") == [
        ("U+200B zero width space read as a space", "foo<U+200B>bar -> foo bar")
    ]


def test_an_accent_is_told_where_the_letter_with_it_is_read_otherwise():
    assert told("u\u0308ber") == [
        ("U+0308 combining diaeresis dropped", "u\u0308ber -> uber"),
    ]


def test_basic_cleaning_loses_what_has_no_symbol_only():
    assert told("Bär wait—now ‘so’", clean_basic) == [
        ("'ä' dropped", "Bär -> br"),
        ("'—' dropped, words joined", "wait—now -> waitnow"),
    ]
    assert told("wait - now", clean_basic) == []


def test_a_character_alone_is_its_own_example():
    assert told("a — b") == [("'—' dropped", "")]
    assert told("a — b 5—") == [("'—' dropped", ""), ("'—' dropped", "5— -> five")]


def test_of_a_long_word_the_part_around_it_is_shown():
    (joined, script) = rewrites("中" * 60 + "—x")
    assert joined.typed == "中" * 15 + "—x"
    assert joined.read.startswith("zhong zhong")
    assert len(script.typed) <= 30


@pytest.mark.parametrize("clean", CLEANERS.values())
@pytest.mark.parametrize("text", ["—" * 30_000, "a—" * 15_000, "é\u0301" * 15_000, "中" * 30_000])
def test_a_word_without_an_end_takes_time_in_proportion(clean, text):
    start = time.process_time()
    rewrites(text, clean)
    assert time.process_time() - start < 5
