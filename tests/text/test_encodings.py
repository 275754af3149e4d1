import pytest

from voiceprep.text.encodings import is_western, possible_texts, text_cost


def readings(data):
    return possible_texts(data, data)


def test_encodings_in_which_the_text_is_the_same_count_as_one():
    found = [row.encoding for row in readings("Die Tür.".encode("cp1252"))]
    assert found[0] == "cp1252"
    assert not {"cp1250", "cp1254", "cp1257", "iso8859_15"} & set(found)


def test_an_encoding_must_fit_all_bytes_and_not_only_the_sample():
    sample = "Да.".encode("cp1251")
    assert "cp1251" in [row.encoding for row in possible_texts(sample, sample)]
    found = possible_texts(sample + b"\x98", sample)
    assert "cp1251" not in [row.encoding for row in found]


@pytest.mark.parametrize(
    ("likely", "unlikely"),
    [
        ("Привет", "оПХБЕР"),  # small letters before capitals
        ("Привет", "Ïðèâåò"),  # accents alone
        ("Café", "Cafи"),  # two alphabets
        ("Mañana", "Ma–ana"),
        ("œuvre", "½uvre"),
        ("Grüße", "Gr³¯e"),
        ("„Ja“, é", "Ja„, é"),
        ("je suis là", "je suis lŕ"),
        ("Я", "ß"),
        ("我喝水", "厘哉邦"),
    ],
)
def test_what_no_language_does_costs_more(likely, unlikely):
    assert text_cost(likely) < text_cost(unlikely)


@pytest.mark.parametrize("text", ["a\x80", "a\x01", "\ue000", "\u0378"])
def test_controls_and_unassigned_characters_are_no_text(text):
    assert text_cost(text) is None


def test_a_doubtful_text_is_not_western():
    assert is_western(readings("Voilà.".encode("cp1252")))
    assert not is_western(readings("È vero.".encode("cp1252")))  # or Č, in Slovene
    assert not is_western(readings("Я".encode("cp1251")))
    assert not is_western([])
