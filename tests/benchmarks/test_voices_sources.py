"""Where the clips of voices.py come from, and what they say."""

from itertools import combinations
from pathlib import Path

import pytest
from voices_sources import (
    FESTIVAL_VOICES,
    festival_script,
    made_texts,
    missing_packages,
    prompt_texts,
    prompts,
    sample_recordings,
    volunteers,
)

LANGUAGES = sorted({language for language, _, _ in FESTIVAL_VOICES.values()})


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_texts_of_a_voice_are_nearly_the_same(language):
    texts = made_texts(language)
    assert len(set(texts)) == len(texts) == 57
    assert all(" " not in text for text in texts[:12])
    sentences = [part for text in texts[12:] for part in text.split(". ")]
    assert len(sentences) == 30 + 2 * 9 + 4 * 4 + 8 * 2
    for one, other in combinations([set(text.strip(".").split()) for text in sentences], 2):
        assert len(one & other) < 0.8 * len(one | other)


@pytest.mark.parametrize("voice", sorted(FESTIVAL_VOICES))
def test_a_voice_can_read_its_texts(voice):
    language, encoding, _ = FESTIVAL_VOICES[voice]
    script = festival_script(voice, made_texts(language), 57 * [Path("a.wav")])
    assert script.encode(encoding).decode(encoding) == script
    assert script.startswith(f"(voice_{voice})\n")
    assert script.count("(utt.synth spoken)") == 57


def test_remarks_in_brackets_are_not_spoken():
    listed = (
        "; a comment: yes\n\nbeep: [simple tone]\ninvalid: Sorry, [that] is no extension (now).\n"
    )
    assert prompt_texts(listed) == {"invalid": "Sorry, is no extension ."}


def test_prompts_in_folders_have_ids_without_a_slash(tmp_path):
    (tmp_path / "digits").mkdir()
    for name in ("digits/1.wav", "hello.wav"):
        (tmp_path / name).touch()
    found = prompts("es", tmp_path, "digits/1: uno\n")
    assert {one.id: one.text for one in found} == {"digits-1": "uno", "hello": ""}


def test_volunteers_have_the_texts_of_their_lists(tmp_path):
    (tmp_path / "cs" / "alpha").mkdir(parents=True)
    for name in ("a-0", "a-1"):
        (tmp_path / "cs" / "alpha" / f"{name}.ogg").touch()
    sound = '<sound name="Á" file="cs/alpha/a-0.ogg" />'
    (tmp_path / "cs" / "sounds.xml").write_text(f"<klettres>{sound}</klettres>", encoding="utf-8")
    found = list(volunteers(tmp_path))
    assert [(one.set, one.id, one.text) for one in found] == [
        ("klettres-cs", "alpha-a-0", "Á"),
        ("klettres-cs", "alpha-a-1", ""),
    ]


def test_sample_recordings_are_every_dataset_of_a_folder(tmp_path):
    (tmp_path / "mini").mkdir()
    (tmp_path / "mini" / "metadata.csv").write_text("a|Dr. A|Doctor A\n", encoding="utf-8")
    (one,) = sample_recordings(tmp_path)
    assert (one.set, one.id, one.text) == ("sample-mini", "a", "Doctor A")
    assert one.sound == tmp_path / "mini" / "wavs" / "a.wav"


def test_a_package_whose_files_are_absent_is_missing(monkeypatch, tmp_path):
    monkeypatch.setattr("voices_sources.KLETTRES", tmp_path)
    monkeypatch.setattr("voices_sources.FESTIVAL", tmp_path)
    missing = missing_packages()
    assert "klettres-data" not in missing
    assert {package for _, _, package in FESTIVAL_VOICES.values()} <= set(missing)
