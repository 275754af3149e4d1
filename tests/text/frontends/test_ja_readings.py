import pytest

from voiceprep.errors import TableError
from voiceprep.text.encode import TextConfig
from voiceprep.text.frontends import load_frontend, make_frontend
from voiceprep.text.frontends.ja_readings import put_readings, read_readings


def written(folder, text):
    path = folder / "readings.txt"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_line_is_a_word_and_its_reading_in_either_kana(tmp_path):
    path = written(tmp_path, "東雲 しののめ\n\n小鳥遊\tタカナシ\n")
    assert read_readings(path) == (("小鳥遊", "タカナシ"), ("東雲", "シノノメ"))


@pytest.mark.parametrize("line", ["東雲", "東雲 東雲", "東雲 shinonome"])
def test_a_line_without_kana_is_refused_by_its_number(tmp_path, line):
    with pytest.raises(TableError) as caught:
        read_readings(written(tmp_path, f"橋 はし\n{line}\n"))
    assert caught.value.line == 2


def test_the_longest_word_comes_first():
    assert put_readings("東雲橋と東", (("東", "アズマ"), ("東雲橋", "シノノメバシ"))) == (
        "シノノメバシとアズマ"
    )
    assert put_readings("東", ()) == "東"


def test_a_checkpoint_holds_the_readings_themselves(tmp_path):
    path = written(tmp_path, "月読 ツクヨミ\n")
    config = TextConfig(frontend="ja", variant="kana", pronunciations=str(path))
    frontend = make_frontend(config)
    path.unlink()
    again = load_frontend(frontend.state)
    assert again.state.pronunciations == (("月読", "ツクヨミ"),)
    assert "".join(again.encode("月読は神だ").symbols) == "ツクヨミワカミダ"
