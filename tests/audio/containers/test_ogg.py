import pytest
import soundfile

from tests.signals import sweep, tone, write
from voiceprep.audio.containers.ogg import lacks_end


@pytest.mark.parametrize("subtype", ["VORBIS", "OPUS"])
def test_only_a_whole_ogg_file_has_its_end(tmp_path, subtype):
    path = tmp_path / "sound.ogg"
    soundfile.write(path, sweep(3.0, 48000), 48000, format="OGG", subtype=subtype)
    assert not lacks_end(path)
    whole = path.read_bytes()
    for size in (10, 100, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:size])
        assert lacks_end(path)


def test_other_files_lack_nothing(tmp_path):
    assert not lacks_end(write(tmp_path / "sound.wav", tone()))
    (tmp_path / "empty").touch()
    assert not lacks_end(tmp_path / "empty")
