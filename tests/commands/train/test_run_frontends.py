"""Training on the symbols of another front end: from texts to a voice that keeps their accents."""

import shutil

import pytest
import torch

from tests.commands.train.test_run import INFER, SETS, SMALL, TRAIN, Heard
from tests.conftest import HERE
from tests.forked import run_command
from tests.signals import sweep, write
from voiceprep.commands.convert import convert
from voiceprep.commands.filelist import filelist
from voiceprep.commands.train.command import train
from voiceprep.errors import SettingError
from voiceprep.text.encode import TextConfig
from voiceprep.text.filelist import FilelistConfig
from voiceprep.train.checkpoints.checkpoint import Checkpoint
from voiceprep.train.frontend import read_sentence
from voiceprep.train.settings import StartConfig

FRENCH = TextConfig(frontend="characters")
TEXTS = "a|Ça va, Noël ?\nb|L'été là-bas, où ?\nc|Le cœur a chaud.\n"
TYPED = ("train", "tacotron2", "--preset", "tiny", *SETS, "--frontend", "characters")


def run(dataset, text=FRENCH, start=None, console=None):
    settings = {"train": TRAIN, "tacotron2": SMALL, "infer": INFER, "text": text}
    return train(
        "tacotron2", dataset, start or StartConfig(), console=console or Heard(), **settings
    )


@pytest.fixture
def french(made_once, tmp_path):
    """A dataset of three French sentences, and a voice of two steps."""

    def build(folder):
        for number, name in enumerate("abc"):
            write(folder / "mp3dir" / f"{name}.wav", sweep(1.0 + number / 4, 22050), 22050)
        (folder / "metadata.csv").write_text(TEXTS, encoding="utf-8")
        convert(folder / "mp3dir", dataset=folder)
        filelist(dataset=folder, config=FilelistConfig(split="all-train"))
        run(folder)

    return shutil.copytree(made_once("french", build), tmp_path / "french")


def voice(folder, run="output/tacotron2"):
    return Checkpoint.load(folder / run / "last.pt")


def test_every_accent_of_the_texts_is_a_symbol_that_the_voice_reads(french):
    frontend = voice(french).frontend
    assert frontend.symbols[0] == "_"
    assert {*frontend.symbols[1:]} == {*"".join(line[2:] for line in TEXTS.splitlines())}
    for line in TEXTS.splitlines():
        sentence = read_sentence(line[2:], frontend)
        assert "".join(frontend.symbols[one] for one in sentence.ids) == line[2:]
        assert not sentence.unknown
    told = run_command(("infer", "-n", "L'été, Zoé"), french)
    assert told.returncode == 0
    assert told.stdout.splitlines()[0].endswith(" Z")


def test_symbols_that_the_texts_hardly_have_are_told_and_kept(french):
    console = Heard()
    run(french, start=StartConfig(resume="no"), console=console)
    rare = dict(voice(french).frontend.rare)
    assert (rare["œ"], rare["Ç"]) == (1, 1)
    assert "a" not in rare
    assert any("- 1" in line for line in console.lines)


def test_a_run_does_not_go_on_with_texts_of_other_symbols(french):
    with open(french / "filelists" / "train.txt", "a", encoding="utf-8") as file:
        file.write("wavs/a.wav|Señor\n")
    told = run_command((*TYPED, "--steps", "3"), french)
    (line,) = [line for line in told.stderr.splitlines() if line.startswith("voiceprep:")]
    assert told.returncode == 2
    assert "ñ" in line
    assert voice(french).step == 2
    told = run_command((*TYPED, "--steps", "3", "--frontend", "nvidia"), french)
    assert told.returncode == 2
    assert "nvidia" in told.stderr.splitlines()[-1]


def test_a_voice_starts_from_one_with_another_table(french):
    run(french, TextConfig(), StartConfig(output=str(french / "english")))
    start = StartConfig(
        init_from=str(french / "english" / "last.pt"),
        output=str(french / "started"),
        symbol_from="é=e,œ=o+e",
    )
    console = Heard()
    run(french, start=start, console=console)
    former, now = voice(french, "english"), voice(french, "started")
    # Two steps of Adam are small.
    for symbol, sources in {"a": "a", "é": "e", "œ": "oe"}.items():
        row = now.weights["embedding.weight"][now.frontend.symbols.index(symbol)]
        rows = [former.weights["embedding.weight"][former.frontend.symbols.index(one)]
                for one in sources]  # fmt: skip
        assert torch.allclose(row, torch.stack(rows).mean(0), atol=0.01)
    told = " ".join(console.lines)
    assert "it was nvidia" in told
    assert "é=e" in told
    assert dict(now.frontend.rare)["œ"] == 1


@pytest.mark.parametrize("symbol_from", ["é=ɐ", "x=a", "é"])
def test_a_symbol_that_is_in_no_table_is_refused_before_a_run_begins(french, symbol_from):
    run_from = str(french / "output" / "tacotron2" / "last.pt")
    target = french / "refused"
    with pytest.raises(SettingError):
        run(french, start=StartConfig(run_from, symbol_from=symbol_from, output=str(target)))
    assert not (target / "last.pt").exists()


def test_a_checkpoint_shows_its_front_end(french):
    told = run_command(("checkpoint", "inspect", "output/tacotron2/last.pt"), french, HERE)
    assert any(
        line.startswith("front end") and "characters" in line for line in told.stdout.splitlines()
    )
