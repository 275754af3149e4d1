"""The gathering of clips of many voices, without the packages that hold them."""

import json

import numpy as np
import pytest
import soundfile
from voices import gather, is_held, main
from voices_sources import Recording


@pytest.fixture
def recordings(tmp_path):
    """Nine clips of a voice: wavs, but for the last one, which is compressed and overshoots."""
    square = np.sign(np.sin(np.arange(8000) / 9)).astype(np.float32)
    for number in range(9):
        kind = "ogg" if number == 8 else "wav"
        soundfile.write(tmp_path / f"{number}.{kind}", square, 8000)
    return [
        Recording(
            "made", "one", "en", path.stem, path, "" if path.stem == "0" else f"say|{path.stem}"
        )
        for path in sorted(tmp_path.iterdir())
    ]


def test_a_third_is_held_and_stays_held():
    ids = [f"{number:04}" for number in range(3000)]
    held = [is_held("flite-slt", id) for id in ids]
    assert 900 < sum(held) < 1100
    assert held != [is_held("flite-rms", id) for id in ids]
    # Another hash would show held clips to whoever sets limits.
    assert [id for id in ("00", "01", "02", "03") if is_held("flite-slt", id)] == ["02"]


def test_each_clip_lies_in_the_set_of_its_voice_and_part(recordings, tmp_path):
    rows = gather(recordings, tmp_path / "to")
    assert [row["id"] for row in rows] == [str(number) for number in range(9)]
    for row in rows:
        part = "held" if is_held("made-one", row["id"]) else "open"
        assert row["path"] == f"{part}/made-one/wavs/{row['id']}.wav"
        assert row["held"] is (part == "held")
        assert (row["seconds"], row["rate"]) == (1.0, 8000)
        assert (tmp_path / "to" / row["path"]).is_file()
    assert {row["held"] for row in rows} == {True, False}


def test_the_texts_lie_beside_the_clips_that_have_one(recordings, tmp_path):
    rows = gather(recordings, tmp_path / "to")
    listed = {
        part: (tmp_path / "to" / part / "made-one" / "metadata.csv").read_text().splitlines()
        for part in ("open", "held")
    }
    for part, lines in listed.items():
        ids = [row["id"] for row in rows if row["held"] == (part == "held") and row["id"] != "0"]
        assert lines == [f"{id}|say {id}" for id in ids]


def test_wavs_are_copied_and_peaks_of_others_are_kept(recordings, tmp_path):
    rows = gather(recordings, tmp_path / "to")
    first, last = (tmp_path / "to" / rows[place]["path"] for place in (0, 8))
    assert first.read_bytes() == recordings[0].sound.read_bytes()
    samples, _ = soundfile.read(last, dtype="float32")
    assert np.abs(samples).max() > 1.05
    assert np.array_equal(samples, soundfile.read(recordings[8].sound, dtype="float32")[0])


def test_what_is_missing_is_named_as_packages_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr("voices.missing_packages", lambda: ["flite", "klettres-data"])
    monkeypatch.setattr(
        "sys.argv", ["voices.py", str(tmp_path / "to"), "--gather", "--samples", "."]
    )
    with pytest.raises(SystemExit, match=r"^apt-get install .*flite klettres-data$"):
        main()


def test_the_open_part_alone_is_reported(monkeypatch, recordings, tmp_path, capsys):
    gather(recordings, tmp_path / "to")
    monkeypatch.setattr("sys.argv", ["voices.py", str(tmp_path / "to"), "--report", "open"])
    main()
    shown = capsys.readouterr().out
    lines = (tmp_path / "to" / "findings-open.jsonl").read_text().splitlines()
    ids = {json.loads(line)["id"] for line in lines}
    assert ids and not any(is_held("made-one", id) for id in ids)
    count = sum(not is_held("made-one", row.id) for row in recordings)
    assert shown.startswith(f"1 open sets, {count} clips")
    assert not (tmp_path / "to" / "findings-held.jsonl").exists()
    assert not (tmp_path / "to" / "judged.jsonl").exists()
