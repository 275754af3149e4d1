from voiceprep.text.encode import TextConfig
from voiceprep.text.frontends import make_frontend

ETTTS = make_frontend(TextConfig(frontend="ettts"))


def test_the_table_is_theirs_with_our_name_of_the_null():
    theirs = 'Nabcdefghijklmnopqrstuvwxyz,.- "'
    assert ETTTS.symbols == ("_", *theirs[1:])


def test_ids_are_theirs():
    assert ETTTS.encode('No "z"-a, b.').ids == (14, 15, 30, 31, 26, 31, 29, 1, 27, 30, 2, 28)


def test_a_text_with_another_character_is_left_out_whole():
    encoding = ETTTS.encode("It's café time")
    assert (encoding.symbols, encoding.unknown) == ((), ("'", "é"))
    assert encoding.cleaned == "it's café time"
    assert encoding.notes
