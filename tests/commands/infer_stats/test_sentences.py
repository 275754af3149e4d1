"""The texts that are spoken: those of a list, or hard ones and the dataset's own."""

import pytest

from voiceprep.audio.mel import MelConfig
from voiceprep.commands.infer_stats.sentences import OWN_SENTENCES, choose_texts
from voiceprep.errors import TableError, UserError
from voiceprep.text.encode import TextConfig
from voiceprep.text.frontends import make_frontend
from voiceprep.text.hard import endings_of, hard_sentences
from voiceprep.train.frontend import FrontendConfig

NVIDIA = FrontendConfig()


def characters(*texts):
    """The front end of a voice whose table is what these texts hold."""
    return FrontendConfig.of(make_frontend(TextConfig(frontend="characters"), texts), MelConfig())


def write_list(dataset, name, texts):
    path = dataset / "filelists" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(f"wavs/{id}.wav|{text}\n" for id, text in texts.items()))


def test_a_list_is_taken_with_the_endings_that_it_has(tmp_path):
    (tmp_path / "list.txt").write_text("a|So it is.\n\nIs it\n")
    texts, notes = choose_texts(str(tmp_path / "list.txt"), tmp_path, False, NVIDIA)
    assert texts == [("a", "So it is.", "."), ("03-is-it", "Is it", "")]
    assert len(notes) == 1
    assert "blank" in notes[0]


def test_every_text_is_tried_with_every_ending(tmp_path):
    (tmp_path / "list.txt").write_text("a|So it is.\n")
    texts, _ = choose_texts(str(tmp_path / "list.txt"), tmp_path, True, NVIDIA)
    assert texts == [("a", f"So it is{ending}", ending) for ending in endings_of("en")]


def test_without_a_list_hard_sentences_and_the_datasets_own_are_taken(tmp_path):
    write_list(tmp_path, "train.txt", {"z": "Not this one."})
    write_list(tmp_path, "val.txt", {"y": "A longer one of the set.", "x": "Short."})
    texts, notes = choose_texts("", tmp_path, False, NVIDIA)
    spoken = {id: text for id, text, _ in texts}
    own = {"wavs/x.wav": "Short.", "wavs/y.wav": "A longer one of the set."}
    assert spoken == hard_sentences("en") | own
    assert not notes


def test_of_a_large_dataset_a_few_sentences_of_every_length_are_taken(tmp_path):
    write_list(tmp_path, "train.txt", {f"{n:03}": "a" * (n + 1) for n in range(200)})
    texts, _ = choose_texts("", tmp_path, False, NVIDIA)
    lengths = [len(text) for id, text, _ in texts if id.startswith("wavs/")]
    assert len(lengths) == OWN_SENTENCES
    assert (lengths[0], lengths[-1]) == (1, 200)
    assert lengths == sorted(lengths)


def test_a_dataset_without_texts_is_told_of(tmp_path):
    write_list(tmp_path, "val.txt", {"x": ""})
    texts, (note,) = choose_texts("", tmp_path, False, NVIDIA)
    assert {id for id, _, _ in texts} == set(hard_sentences("en"))
    assert note.startswith(f"{tmp_path / 'filelists'} lists no texts")


def test_a_list_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(UserError, match=r"none\.txt"):
        choose_texts(str(tmp_path / "none.txt"), tmp_path, False, NVIDIA)
    (tmp_path / "list.txt").write_bytes(b"One.\n\xff\xfe\n")
    with pytest.raises(TableError) as caught:
        choose_texts(str(tmp_path / "list.txt"), tmp_path, False, NVIDIA)
    assert (caught.value.path, caught.value.line) == (tmp_path / "list.txt", 2)


def test_a_voice_of_characters_speaks_hard_sentences_of_its_dataset(tmp_path):
    texts = {"a": "Минут пять.", "b": "Где мы?", "c": "Мы идём домой, и уже темно."}
    write_list(tmp_path, "train.txt", texts)
    chosen, notes = choose_texts("", tmp_path, False, characters(*texts.values()))
    spoken = {id: text for id, text, _ in chosen}
    assert spoken["shortest"] == texts["b"]
    assert spoken["longest"] == texts["c"]
    assert len({*spoken.values()}) == len(spoken)
    assert not notes


def test_the_endings_are_those_that_the_voice_reads(tmp_path):
    (tmp_path / "list.txt").write_text("a|今日は晴れ。\n")
    frontend = characters("今日は晴れ。", "はい？")
    chosen, _ = choose_texts(str(tmp_path / "list.txt"), tmp_path, True, frontend)
    assert [ending for _, _, ending in chosen] == ["", "。", "？"]


def test_hard_sentences_that_the_voice_cannot_read_are_named(tmp_path):
    few = FrontendConfig(symbols=NVIDIA.symbols[:-85])
    chosen, (_, note) = choose_texts("", tmp_path, False, few)
    assert 0 < len(chosen) < len(hard_sentences("en"))
    assert "spelled-3" in note


def test_a_voice_without_a_language_or_texts_has_nothing_to_speak(tmp_path):
    with pytest.raises(UserError):
        choose_texts("", tmp_path, False, characters("Где мы?"))
