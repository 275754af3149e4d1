from tests.text.lists import read
from voiceprep.text.text_table import TextRow


def test_a_chapter_of_librispeech_tells_its_speaker(tmp_path):
    text = "84-121123-0000 GO DO YOU HEAR\n84-121123-0001 BUT IN LESS\n"
    rows = read(tmp_path, text, "84-121123.trans.txt").rows
    assert rows[0] == TextRow("84-121123-0000", "GO DO YOU HEAR", "84", 1)
    assert read(tmp_path, "x-1 ELSE\n", "84-121123.trans.txt").rows[0].speaker is None
