from voiceprep.text.arpabet import ARPABET
from voiceprep.text.frontends.english import dictionary
from voiceprep.text.frontends.english.dictionary import load_dictionary

# `sha256sum cmudict.dict` in the commit that the notice names.
PUBLISHED = "81917843c7f44ce2b094ac63873c2c7a4cf802040792c455ba3ca406891c3d22"


def test_it_is_the_published_file_with_its_notice_beside_it():
    assert load_dictionary().hash == PUBLISHED
    (notice,) = dictionary._PATH.parent.glob("*.LICENSE.txt")
    assert "Carnegie Mellon University" in notice.read_text(encoding="utf-8")


def test_the_first_pronunciation_counts_without_its_comment():
    assert load_dictionary().find("a") == ("AH0",)
    assert load_dictionary().find("danglar") == ("D", "AH0", "NG", "L", "AA1", "R")
    assert load_dictionary().find("blaft") is None


def test_every_pronunciation_is_arpabet():
    found = load_dictionary()
    sounds = {sound for word in found.lines for sound in found.find(word)}
    assert sounds <= {*ARPABET}
