import pytest

from tests.text.lists import pairs, read
from voiceprep.errors import TableError


@pytest.mark.parametrize("name", ["txt.done.data", "metadata.txt"])
def test_the_lists_of_arctic(tmp_path, name):
    text = '( arctic_a0001 "Author of the danger trail, Philip Steels, etc." )\n'
    text += '(arctic_a0002 "He said \\"no\\" | so.")\n'
    assert pairs(read(tmp_path, text, name)) == [
        ("arctic_a0001", "Author of the danger trail, Philip Steels, etc."),
        ("arctic_a0002", 'He said "no" | so.'),
    ]


@pytest.mark.parametrize("folder", ["cmu_us_awb_arctic", "cmu_us_awb_arctic-0.95-release"])
def test_the_speaker_is_that_of_arctics_folder(tmp_path, folder):
    (tmp_path / folder / "etc").mkdir(parents=True)
    table = read(tmp_path / folder / "etc", '( arctic_a0001 "It rained." )\n', "txt.done.data")
    assert table.rows[0].speaker == "awb"


@pytest.mark.parametrize("line", ["a|One.", '( a "open )', "( a no quotes )", '( "no id" )'])
def test_a_line_that_festival_would_not_read_is_named(tmp_path, line):
    with pytest.raises(TableError, match="line 2: not of the form"):
        read(tmp_path, f'( a "One." )\n{line}\n', "txt.done.data")
