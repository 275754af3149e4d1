from tests.text.lists import pairs, read


def test_a_row_without_text_is_left_out_and_reported(tmp_path):
    table = read(tmp_path, "a|One.\nb| \nc|\n")
    assert pairs(table) == [("a", "One.")]
    assert table.notes[0].endswith("no text in line 2, 3")


def test_the_same_row_twice_counts_once_and_is_reported(tmp_path):
    table = read(tmp_path, "a|One.\na|One.\n")
    assert len(table.rows) == 1
    assert "1 duplicate row" in table.notes[0]
