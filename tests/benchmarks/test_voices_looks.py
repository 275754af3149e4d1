"""The findings that are drawn to be looked at."""

import json

import numpy as np
import soundfile
from voices_looks import draw_looks, sample


def test_a_sample_is_drawn_by_hash_and_in_order():
    rows = [{"set": "made", "id": f"{number:03}"} for number in range(200)]
    chosen = sample(rows, 25)
    assert len({row["id"] for row in chosen}) == 25
    assert chosen == sorted(chosen, key=lambda row: row["id"])
    # Findings that are gone do not change which of the others are drawn.
    assert sample([row for row in rows if row in chosen or row["id"] < "100"], 25) == chosen
    assert sample(rows[:3], 25) == rows[:3]


def test_a_check_has_sheets_and_a_list_of_what_is_on_them(tmp_path, monkeypatch):
    monkeypatch.setattr("voices_looks.ROWS", 1)
    monkeypatch.setattr("voices_looks.COLUMNS", 2)
    wavs = tmp_path / "open" / "made" / "wavs"
    wavs.mkdir(parents=True)
    finding = {"set": "made", "check": "clicks", "value": 2.0, "unit": "clicks", "advice": "why"}
    rows = []
    for number in range(3):
        soundfile.write(wavs / f"{number}.wav", np.sin(np.arange(2000) / 5), 8000)
        rows.append(finding | {"id": f"{number}", "spans": [[0.1, 0.11]]})
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (tmp_path / "findings-open.jsonl").write_text(lines)
    draw_looks(tmp_path, "open", count=100, jobs=1)
    made = {path.name for path in (tmp_path / "looks").iterdir()}
    assert made == {"clicks-open.txt", "clicks-open-1.png", "clicks-open-2.png"}
    listed = (tmp_path / "looks" / "clicks-open.txt").read_text().splitlines()
    assert listed[3] == "  3 made 2: why"
