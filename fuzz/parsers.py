"""The parsers of files that may come from strangers, each with its seeds and its mutations.

A row calls what the commands call, and shows the result as they do.
"""

import json
import shutil
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import click

from tests.signals import speech, write
from voiceprep.api.call import call
from voiceprep.archive import unpack
from voiceprep.audio.checks import CHECKS
from voiceprep.audio.convert import ConvertConfig, convert_file, load_as_is
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.files import SUFFIXES, holds_sound
from voiceprep.audio.mel import MelConfig
from voiceprep.audio.sound import read_header, read_sound, stated_seconds
from voiceprep.cli.main import load_command
from voiceprep.errors import ClipError, UserError
from voiceprep.quality.fix_plan_file import read_plan, write_plan
from voiceprep.records import Result, to_json
from voiceprep.text.cleaners import CLEANERS
from voiceprep.text.encode import encode
from voiceprep.text.frontends.nvidia import NvidiaFrontend
from voiceprep.text.joining import join_rows
from voiceprep.text.lexicon import read_lexicon
from voiceprep.text.metadata import read_table
from voiceprep.text.phrases import name_phrases, read_phrases
from voiceprep.text.reference import make_reference, read_lines
from voiceprep.text.sentences import split_text
from voiceprep.text.sidecars import read_pairs, read_sidecars
from voiceprep.text.spoken import split_words
from voiceprep.train.checkpoints.checkpoint import Checkpoint
from voiceprep.train.data.load import clip_names, read_list
from voiceprep.train.data.mel_files import mel_frames, read_mel
from voiceprep.train.run.evaluation_files import update_clips
from voiceprep.train.run.log import open_for_lines

from . import seeds
from .mutations import (
    Mutation,
    mutate_archive,
    mutate_bytes,
    mutate_json,
    mutate_npy,
    mutate_safetensors,
    mutate_text,
    mutate_toml,
    mutate_torch,
    mutate_zip,
)

IDS = ("a", "b", "c", "1-2-0001")


def make_folder(folder: Path) -> None:
    """An empty folder."""
    folder.mkdir()


@dataclass(frozen=True)
class Parser:
    """What reads one kind of files.

    `seeds` are well-formed files by name, `mutate` changes one of them by its suffix ("" for any),
    and `parse` reads the file at a path. `lay_out` makes the folder that the file is put into.
    What is `typed` has no file that a message could name.
    """

    seeds: Callable[[], seeds.Files]
    mutate: Mutation | Mapping[str, Mutation]
    parse: Callable[[Path], object]
    lay_out: Callable[[Path], object] = make_folder
    typed: bool = False

    def mutation(self, name: str) -> Mutation:
        """The mutation for a file of that name."""
        if not isinstance(self.mutate, Mapping):
            return self.mutate
        return self.mutate.get(Path(name).suffix, mutate_text)


def show(result: Result) -> None:
    """What the command line would print."""
    for row in result.rows():
        to_json(row)
    for line in result.lines(True):
        line.encode("utf-8", "surrogateescape")


def read_recording(path: Path) -> None:
    """As convert and report read a recording, and as training reads a wav."""
    for read in (stated_seconds, read_header, read_sound):
        with suppress(ClipError):  # of a wav of our own, which other sounds are not
            read(path)
    convert_file(path, path.with_name("out.wav"), ConvertConfig())
    features = AudioFeatures(load_as_is(path).sound)
    for check in CHECKS:
        if check.reads == "sound":
            check.measure(features)


def read_list_of_texts(path: Path) -> None:
    table = read_table(path, IDS)
    join_rows(table, IDS)
    make_reference(path, read_lines(path), NvidiaFrontend())


def read_texts_beside(path: Path) -> None:
    folder = next(parent for parent in path.parents if parent.name == "input")
    (folder / "data").mkdir(exist_ok=True)
    (folder / "data" / "a.trn").write_text("one two\n")
    table = read_sidecars({"wavs/a": [folder / "wavs" / "a.wav"]}, folder)
    join_rows(table, ["wavs/a"])
    if path.name == "utt2spk":
        path.with_name("text").write_text("a First of all.\nb Then.\n")
        read_table(path.with_name("text"), IDS)


def read_archive(path: Path) -> None:
    join_rows(read_pairs(path, SUFFIXES), IDS)
    unpack(path, path.with_name("unpacked"), holds_sound)


def read_training_list(path: Path) -> None:
    clip_names(read_list(path, 0)[0], path.parent)
    read_list(path)


def read_settings(path: Path) -> None:
    """As every command reads the settings of a dataset, and a preset."""
    for name in ("prepare", "report", "train", "infer"):
        arguments = {"prepare": ["x"], "train": ["tacotron2"], "infer": ["x"]}.get(name, [])
        for words in (["-d", str(path.parent)], ["--preset", str(path)]):
            parse_words(name, [*arguments, *words])


def parse_words(name: str, words: list[str]) -> None:
    """A command's settings, from words as they are typed; nothing is run."""
    from voiceprep.cli.main import command_function
    from voiceprep.cli.options import arguments_from

    try:
        with load_command(name).make_context(name, list(words)) as context:
            arguments_from(command_function(name), context.params)
    except click.ClickException as error:
        raise UserError(error.format_message()) from None


def read_fix_plan(path: Path) -> None:
    write_plan(path.with_name("again.toml"), read_plan(path))


def use_dataset(path: Path) -> None:
    """As the commands use the lists, ledgers and caches in a dataset."""
    folder = next(parent for parent in path.parents if parent.name == "input")
    if path.name in ("measures.jsonl", "verdicts.jsonl"):
        show(call("report", options={"dataset": folder, "jobs": 1}))
    if path.parent.name != "report":
        source = str(folder / "mp3dir")
        show(call("convert", source, options={"dataset": folder, "jobs": 1}))
        show(call("filelist", options={"dataset": folder}))
        show(call("mels", options={"dataset": folder, "jobs": 1}))


@cache
def made_dataset() -> tempfile.TemporaryDirectory[str]:
    """A dataset of three clips that went through the commands."""
    made = tempfile.TemporaryDirectory(prefix="fuzz-dataset-")
    folder = Path(made.name)
    for name, text in seeds.TEXTS.items():
        write(folder / "mp3dir" / f"{name}.wav", speech(0.4, 16000, ord(name)), 16000)
        (folder / "mp3dir" / f"{name}.txt").write_text(text)
    call("convert", str(folder / "mp3dir"), options={"dataset": folder, "jobs": 1})
    call("filelist", options={"dataset": folder, "split": "1/1/1"})
    call("mels", options={"dataset": folder, "jobs": 1})
    call("report", options={"dataset": folder, "jobs": 1})
    content = json.loads((folder / "filelists/splits.jsonl").read_text().splitlines()[0])["content"]
    row = {"content": content, "id": "a", "verdict": "text", "text": "Another."}
    (folder / "verdicts.jsonl").write_text(json.dumps(row) + "\n")
    return made


def copy_dataset(folder: Path) -> None:
    """A copy of the made dataset."""
    shutil.copytree(made_dataset().name, folder)


def dataset_files() -> seeds.Files:
    """The files of the made dataset that the commands read again."""
    folder = Path(made_dataset().name)
    names = (
        *("clips.jsonl", "verdicts.jsonl", "filelists/splits.jsonl", "report/measures.jsonl"),
        *("wavs/outcomes.jsonl", "filelists/outcomes.jsonl", "mels/outcomes.jsonl"),
        "mels/mel.toml",
    )
    return {name: (folder / name).read_bytes() for name in names}


def read_checkpoint(path: Path) -> None:
    show(call("checkpoint", "inspect", str(path), options={}))
    Checkpoint.load(path).build()


def read_any_mel(path: Path) -> None:
    """As training and `infer --vocode` read a mel."""
    if path.suffix != ".npz":
        mel_frames(path, MelConfig())
        read_mel(path, MelConfig())
    options = {"vocode": str(path), "output": str(path.with_name("out")), "iterations": 1}
    show(call("infer", options=options))


def read_training_log(path: Path) -> None:
    show(call("logs", str(path), options={}))


def draw_training_log(path: Path) -> None:
    show(call("logs", str(path), options={"picture": str(path.with_name("x.png"))}))


def continue_log(path: Path) -> None:
    """As a resumed run goes on with its files."""
    if path.suffix == ".csv":
        update_clips(path, [{"id": "new", "val_loss": 0.5}], ("id", "val_loss"))
    else:
        open_for_lines(path).close()


def read_text(path: Path) -> None:
    """As a sentence is read that is typed, and one of a list."""
    sentence = path.read_bytes().decode("utf-8", "surrogateescape")
    for cleaner in CLEANERS:
        encode(sentence, cleaner)
    show(call("text", sentence.replace("\0", ""), options={}))
    split_text(sentence, 40)
    split_words(sentence)
    name_phrases([sentence])


def read_phrase_list(path: Path) -> None:
    for phrase in read_phrases(path).phrases:
        split_text(phrase.text, 100)


def read_original_flags(path: Path) -> None:
    """`train --hparams TEXT` and `--config-file FILE`, as the original scripts have them."""
    flags = ["--config-file", str(path)]
    if path.suffix == ".txt":
        flags = ["--hparams", path.read_bytes().decode("utf-8", "surrogateescape")]
    parse_words("train", ["tacotron2", *flags])


def one(name: str, text: str | bytes) -> Callable[[], seeds.Files]:
    """A single seed."""
    return lambda: {name: text.encode() if isinstance(text, str) else text}


def several(**files: str) -> Callable[[], seeds.Files]:
    """Seeds by their names, in which `_` stands for the dot."""
    return lambda: {name.replace("_", "."): text.encode() for name, text in files.items()}


SENTENCES = "Dr. Hale paid $2.50 on 12/3, 1999; the 3rd time!\nNaïve {HH AH0 L OW1} — “yes”… 50%\n"
ZIPS = {".npy": mutate_npy, ".npz": mutate_zip, ".pt": mutate_torch}
CLIPS_CSV = "id,val_loss\na,0.5\nb,0.25\n"

PARSERS = {
    "wavs": Parser(seeds.wavs, mutate_bytes, read_recording),
    "compressed": Parser(seeds.compressed, mutate_bytes, read_recording),
    "containers": Parser(seeds.containers, mutate_bytes, read_recording),
    "lists": Parser(seeds.lists, {".jsonl": mutate_json, ".json": mutate_json}, read_list_of_texts),
    "sidecars": Parser(seeds.sidecars, {".json": mutate_json}, read_texts_beside),
    "archives": Parser(seeds.archives, mutate_archive, read_archive),
    "filelists": Parser(
        one("train.txt", LINES := "wavs/a.wav|First.|anna\nmels/b.npy|Then.|bert\n"),
        mutate_text,
        read_training_list,
    ),
    "phrases": Parser(several(a_txt=seeds.LINES, b_txt=SENTENCES), mutate_text, read_phrase_list),
    "lexicons": Parser(
        one("lexicon.txt", ";;; words\nHALE  HH EY1 L\nHALE(2)  HH AH0 L # x\n"),
        mutate_text,
        read_lexicon,
    ),
    "texts": Parser(
        several(a_txt=SENTENCES, b_txt=seeds.LINES), mutate_text, read_text, typed=True
    ),
    "settings": Parser(one("voiceprep.toml", seeds.TOML), mutate_toml, read_settings),
    "plans": Parser(one("plan.toml", seeds.PLAN), mutate_toml, read_fix_plan),
    "datasets": Parser(
        dataset_files,
        {".jsonl": mutate_json, ".toml": mutate_toml},
        use_dataset,
        copy_dataset,
    ),
    "checkpoints": Parser(
        seeds.checkpoints,
        {".pt": mutate_torch, ".safetensors": mutate_safetensors},
        read_checkpoint,
    ),
    "pickles": Parser(
        seeds.small_checkpoints,
        {".pt": mutate_torch, ".safetensors": mutate_safetensors},
        read_checkpoint,
    ),
    "mels": Parser(seeds.mels, ZIPS, read_any_mel),
    "logs": Parser(
        several(nvlog_json=seeds.NVLOG, terminal_txt=seeds.TERMINAL),
        {".json": mutate_json},
        read_training_log,
    ),
    "pictures": Parser(one("nvlog.json", seeds.NVLOG), mutate_json, draw_training_log),
    "continued": Parser(
        several(nvlog_json=seeds.NVLOG, clips_csv=CLIPS_CSV),
        {".json": mutate_json},
        continue_log,
    ),
    "flags": Parser(
        several(hparams_txt=seeds.HPARAMS, config_json=json.dumps(seeds.CONFIG_FILE)),
        {".json": mutate_json},
        read_original_flags,
        typed=True,
    ),
}
