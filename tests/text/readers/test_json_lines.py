from tests.text.lists import read
from voiceprep.text.text_table import TextRow


def test_json_lines(tmp_path):
    text = '{"audio_filepath": "wavs/a.wav", "text": "One.", "duration": 1.5}\n\n'
    text += '{"audio_filepath": "wavs/b.wav", "text": "Two.", "speaker": 3}\n'
    rows = read(tmp_path, text, "manifest.json").rows
    assert rows == (TextRow("wavs/a.wav", "One.", None, 1), TextRow("wavs/b.wav", "Two.", "3", 3))
