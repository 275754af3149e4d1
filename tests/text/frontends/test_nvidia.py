from voiceprep.text.encode import TextConfig, encode
from voiceprep.text.frontends import make_frontend
from voiceprep.text.symbols import SYMBOLS


def test_it_is_the_encoding_of_the_published_checkpoints():
    text = "Dr. Hale paid $2.50 for {HH AH0 L OW1}."
    for cleaner in ("english_cleaners", "basic_cleaners"):
        frontend = make_frontend(TextConfig(cleaner=cleaner))
        assert frontend.symbols == SYMBOLS
        assert frontend.encode(text) == encode(text, cleaner)
