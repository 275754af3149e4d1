"""Lists of texts written for a test, and what was read of them."""

from hypothesis import strategies as st

from voiceprep.text.metadata import read_table


def read(tmp_path, text, name="metadata.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding) if isinstance(text, str) else text)
    return read_table(path)


def pairs(table):
    return [(row.key, row.text) for row in table.rows]


IDS = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,12}", fullmatch=True)


TEXTS = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1).filter(
    lambda text: text.strip() == text and text[0] not in "/\\"
)
