"""The commands that work on a dataset's folder, and the records of one."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, overload

from ..batch.run import BatchResult
from ..clip import CLIPS, Clip
from ..clip import read_clips as read
from ..commands.filelist import Lists
from ..commands.logs import Logs
from ..commands.report.result import Report
from ..commands.report.self_test_result import SelfTest
from ..commands.silence import Silences
from ..errors import UserError
from ..text.column_roles import parse_roles
from ..text.list_reader import ListFormat
from ..text.metadata import find_nested_tables, find_tables, merge_tables, read_table
from ..text.text_files import check_encoding
from ..text.text_table import TextTable
from .call import PathName, ProgressBar, call

Settings = Mapping[str, Any]
"""Settings by their dotted names, as in {"trim.tail_seconds": 0.2}."""


def prepare(
    source: PathName,
    target: PathName | None = None,
    *,
    settings: Settings | None = None,
    progress: ProgressBar | None = None,
    **options: Any,
) -> BatchResult:
    """Convert, denoise where asked, trim and level recordings in one pass.

    `target` is DATASET/wavs by default. The result has the outcome of every clip, and says what
    became of every second.
    """
    result: BatchResult = call(
        "prepare", source, target, options=options, settings=settings, progress=progress
    )
    return result


def silence(
    source: PathName | None = None,
    *,
    settings: Settings | None = None,
    progress: ProgressBar | None = None,
    **options: Any,
) -> Silences:
    """Measure how long clips are silent before, after and within the speech.

    `source` is DATASET/wavs by default. A histogram of the silences is drawn.
    """
    result: Silences = call(
        "silence", source, options=options, settings=settings, progress=progress
    )
    return result


def read_texts(path: PathName, encoding: str = "", columns: str = "") -> TextTable:
    """Read a list of texts in any of its formats, or the lists in a dataset's folder.

    `rows` has the texts with the keys of their clips; `encoding` is for texts that are not UTF-8,
    `columns` names the columns of a list without a header, such as `id,speaker,text`.
    Raises TableError naming the line that cannot be read.
    """
    check_encoding(encoding, "encoding")
    form = ListFormat(encoding, parse_roles(columns))
    path = Path(path)
    if not path.is_dir():
        return read_table(path, (), form)
    tables = find_tables(path)[:1] or find_nested_tables(path)
    if not tables:
        raise UserError(f"{path}: holds no list of texts, such as metadata.csv")
    return merge_tables(path, [read_table(table, (), form) for table in tables])


def read_clips(dataset: PathName = ".") -> list[Clip]:
    """The clips of a dataset as `prepare` and `write_filelists` left them in clips.jsonl.

    None where there is no such file.
    """
    return read(Path(dataset) / CLIPS)


def write_filelists(
    target: PathName | None = None, *, settings: Settings | None = None, **options: Any
) -> Lists:
    """Join sounds to their texts and write the lists that training reads: `voiceprep filelist`.

    `target` is DATASET/filelists by default. The result has the split of every clip and the
    findings in its text.
    """
    result: Lists = call("filelist", target, options=options, settings=settings)
    return result


def cache_mels(
    source: PathName | None = None,
    target: PathName | None = None,
    *,
    settings: Settings | None = None,
    progress: ProgressBar | None = None,
    **options: Any,
) -> BatchResult:
    """Compute the mel spectrogram of every wav of a dataset: `voiceprep mels`.

    `source` is DATASET/wavs by default, and `target` DATASET/mels. `log_mel` computes one.
    """
    if target is not None and source is None:
        raise UserError("a target for the mels needs the source of the wavs, too")
    result: BatchResult = call(
        "mels", source, target, options=options, settings=settings, progress=progress
    )
    return result


@overload
def report(
    source: PathName | None = None, *, self_test: Literal[True], **options: Any
) -> SelfTest: ...
@overload
def report(source: PathName | None = None, **options: Any) -> Report: ...
def report(
    source: PathName | None = None,
    *,
    settings: Settings | None = None,
    progress: ProgressBar | None = None,
    **options: Any,
) -> Report | SelfTest:
    """Report on a dataset: which clips to fix or leave out, and why.

    `source` is a dataset's folder, any folder of sounds, or a list; by default the dataset. A page
    and its numbers are written to DATASET/report. `faults()` has the findings beyond their limits;
    `properties` has what most clips of a voice have alike, which is a fault of none.
    """
    result: Report | SelfTest = call(
        "report", source, options=options, settings=settings, progress=progress
    )
    return result


def read_logs(*files: PathName, **options: Any) -> Logs:
    """Read training logs, ours or NVIDIA's: `voiceprep logs`.

    `files` are logs or folders of runs; by default the runs in DATASET/output. `rows()` has a row
    for every epoch.
    """
    result: Logs = call("logs", *files, options=options)
    return result
