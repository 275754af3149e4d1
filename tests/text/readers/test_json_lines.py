import pytest

from tests.text.lists import read
from voiceprep.errors import TableError
from voiceprep.text.text_table import TextRow


def test_json_lines(tmp_path):
    text = '{"audio_filepath": "wavs/a.wav", "text": "One.", "duration": 1.5}\n\n'
    text += '{"audio_filepath": "wavs/b.wav", "text": "Two.", "speaker": 3}\n'
    rows = read(tmp_path, text, "manifest.json").rows
    assert rows == (TextRow("wavs/a.wav", "One.", None, 1), TextRow("wavs/b.wav", "Two.", "3", 3))


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('{"id": "a"}', "has no text; it may be called "),
        ('{"id": "a", "text": 5}', "must have a name and a text, both strings"),
        ('{"text": "One."}', "must have a name"),
    ],
)
def test_a_line_without_a_name_or_a_text_is_named(tmp_path, line, why):
    with pytest.raises(TableError) as caught:
        read(tmp_path, f'{{"id": "b", "text": "One."}}\n{line}\n', "manifest.json")
    assert caught.value.line == 2
    assert caught.value.why.startswith(why)
