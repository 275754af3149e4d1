"""The formats of lists of texts, written out: the first reader that recognises a list reads it."""

from collections.abc import Iterable

from ...errors import TableError
from ..list_reader import ListFile
from ..text_table import TextRow
from . import (
    comma_columns,
    festival,
    id_text,
    json_lines,
    jsut,
    kaldi,
    kss,
    librispeech,
    pipe_columns,
    semicolon_columns,
    tab_columns,
)

# In this order. Unmistakable first lines come first, then the file names of corpora, then what
# only the ids of the clips show; columns come last, as texts may contain their separators.
READERS = (
    json_lines.READER,
    festival.READER,
    librispeech.READER,
    kaldi.READER,
    jsut.READER,
    kss.READER,
    id_text.READER,
    pipe_columns.READER,
    tab_columns.READER,
    semicolon_columns.READER,
    comma_columns.READER,
)


def read_rows(file: ListFile) -> Iterable[TextRow | TableError]:
    """The rows of a list of any format, none where it is empty, and errors for the wrong ones.

    Raises TableError where it has no format.
    """
    if not file.lines:
        return ()
    reader = next((reader for reader in READERS if reader.recognises(file)), None)
    if reader is None:
        raise TableError(file.path, file.lines[0][0], "has one column; a line is ID|text")
    return reader.read(file)
