"""Lines of an id, a space and a text, under any file name."""

from collections.abc import Iterator

from ..column_roles import is_named, names_in
from ..list_reader import ListFile, ListReader
from ..text_table import TextRow


def recognise_ids(file: ListFile) -> bool:
    """Whether most lines start with the id or the file name of a clip and go on."""
    if "|" in file.first_line or "\t" in file.first_line:
        return False
    names = names_in(file.ids)
    words = [line.split(maxsplit=1) for _, line in file.lines]
    return 2 * sum(len(pair) > 1 and is_named(pair[0], names) for pair in words) > len(words)


def read_id_text(file: ListFile) -> Iterator[TextRow]:
    """The rows of a list of `ID text`."""
    for number, line in file.lines:
        key, text = (*line.split(maxsplit=1), "")[:2]
        yield TextRow(key, text, None, number)


READER = ListReader(
    name="id-text",
    description="ID text, where most lines start with the id of a clip",
    recognises=recognise_ids,
    read=read_id_text,
)
