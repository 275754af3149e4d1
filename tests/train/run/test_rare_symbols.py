from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.train.made_checkpoints import made_checkpoint
from voiceprep.audio.mel import MelConfig
from voiceprep.text.encode import TextConfig
from voiceprep.text.frontends import make_frontend
from voiceprep.train.data.items import Item, Items
from voiceprep.train.frontend import OFTEN, FrontendConfig
from voiceprep.train.run.rare_symbols import rare_line, with_rare

FRENCH = FrontendConfig.of(
    make_frontend(TextConfig(frontend="characters", symbols="abé")), MelConfig()
)


def clips(*texts):
    return Items(
        Item(text, np.array(FRENCH.text.encode(text).ids, np.int16), 9, Path(text))
        for text in texts
    )


CLIPS = clips("aaab", "aab")


def test_a_voice_from_scratch_knows_what_its_clips_hold():
    assert with_rare(FRENCH, CLIPS).rare == (("b", 2), ("é", 0))
    assert with_rare(FRENCH, clips("abé" * OFTEN)).rare == ()


def voice(symbols, rare=()):
    return replace(made_checkpoint(), frontend=replace(FRENCH, symbols=symbols, rare=rare))


@pytest.mark.parametrize(
    ("former", "rare"),
    [
        # All of them were read often.
        (voice(("_", "a", "b", "é")), ()),
        (voice(("_", "a", "b")), (("é", 0),)),
        (voice(("_", "b", "é"), (("b", 1), ("é", 1))), (("b", 3), ("é", 1))),
        # A checkpoint that does not state its symbols.
        (voice(()), ()),
    ],
)
def test_what_a_former_voice_read_counts(former, rare):
    assert with_rare(FRENCH, CLIPS, started_from=former).rare == rare


def test_a_run_that_is_resumed_reads_the_same_clips_again():
    saved = voice(FRENCH.symbols, with_rare(FRENCH, CLIPS).rare)
    assert with_rare(FRENCH, CLIPS, continued=saved).rare == saved.frontend.rare
    more = clips("éééabbb")
    assert with_rare(FRENCH, more, continued=saved).rare == (("b", 3), ("é", 3))


def test_rare_symbols_are_told_with_their_counts():
    line = "rare symbols, with their counts: b 2; symbols that never occur: é"
    assert rare_line(FRENCH, CLIPS) == line
    assert rare_line(FRENCH, clips("abé" * OFTEN)) == ""
    # Of NVIDIA's table, whose ids 1 and 2 are `-` and `!`, those that occur.
    assert rare_line(FrontendConfig(), CLIPS) == "rare symbols, with their counts: ! 2"


def test_of_a_table_for_many_languages_it_is_told_how_much_never_occurs():
    config = FrontendConfig.of(
        make_frontend(TextConfig(frontend="characters", symbols="abcdefghijklmnopqrstuvwxyz")),
        MelConfig(),
    )
    assert rare_line(config, CLIPS) == (
        "rare symbols, with their counts: b 2; 24 of 26 symbols never occur"
    )
