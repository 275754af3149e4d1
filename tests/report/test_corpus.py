"""The page of a dataset: its files, for any clip names and texts."""

import base64
import json
import re
import zlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voiceprep.records import Finding
from voiceprep.report.corpus import (
    CLIPS_A_FILE,
    Column,
    DatasetPage,
    Histogram,
    PageClip,
    PagePlanRow,
    PageTable,
    write_clip_picture,
    write_corpus_page,
)

TAIL = Column("tail_seconds", "s", 0.5, advice="trim it", weight="error")
NASTY = """</script><b id='x'>&"'</b><!-- שלום \u2028 ünï 🎙"""


def clip(id="a", text="A text.", **facts):
    return PageClip(id, f"hash of {id}", f"../wavs/{id}.wav", text, 1.5, **facts)


def corpus(clips, **parts):
    return DatasetPage("A voice", "/data/voice", ("It is fine.",), (TAIL,), clips, **parts)


def call(script):
    """The function that a script calls, and its arguments."""
    function, parts = re.fullmatch(r"(\w+)\((.*)\);\n", script.read_text(), re.DOTALL).groups()
    return function, json.loads(f"[{parts}]")


def rows(folder):
    files = sorted((folder / "data").glob("clips-*.js"))
    return [row for file in files for row in call(file)[1][0]]


def test_a_page_shows_its_content(tmp_path):
    page = write_corpus_page(
        tmp_path,
        corpus(
            [clip()],
            bad=True,
            facts=(("speech", "2.5 min"),),
            notes=("no lexicon was given",),
            plan=(PagePlanRow("a", "trim", "a tail of 0.9 s", 0.75, "nothing"),),
            curve=((1.0, 0.2), (2.0, 3.5)),
            distributions=(Histogram("tail_seconds", "s", (0, 0.5, 1), (3, 1), 0.5),),
            properties=("all clips are dull alike",),
            tables=(PageTable("Rare sounds", ("sound", "share"), (("ZH", 0.25),), "of all"),),
        ),
    )
    html = page.read_text(encoding="utf-8")
    assert page == tmp_path / "index.html"
    for wanted in (
        "It is fine.",
        "2.5 min",
        "no lexicon",
        "dull alike",
        "0.75",
        "nothing",
        "ZH",
        "0.25",
        "of all",
    ):
        assert wanted in html
    assert 'class="verdict bad"' in html
    assert "Worst severity left" in html
    assert 'aria-label="4 clips by tail_seconds, from 0 to 1 s"' in html


def test_a_page_without_clips_is_written(tmp_path):
    assert write_corpus_page(tmp_path, corpus([])).exists()
    assert not list((tmp_path / "data").iterdir())


def test_no_text_becomes_markup(tmp_path):
    parts = {
        "facts": ((NASTY, NASTY),),
        "plan": (PagePlanRow(NASTY, NASTY, NASTY, 1.0, NASTY),),
        "distributions": (Histogram(NASTY, NASTY, (0, 1), (1,)),),
        "tables": (PageTable(NASTY, (NASTY,), ((NASTY,),), NASTY),),
        "properties": (NASTY,),
        "verdicts": ({"content": NASTY, "verdict": "text", "text": NASTY},),
    }
    finding = Finding(NASTY, NASTY, 1.0, NASTY, False, NASTY)
    clips = [clip(NASTY, NASTY, speaker=NASTY, findings=(finding,), undecided={NASTY: NASTY})]
    html = write_corpus_page(tmp_path, corpus(clips, **parts)).read_text(encoding="utf-8")
    assert "<b id" not in html
    assert html.count("</script>") == html.count("<script") == 2
    assert html.count("<!--") == 0
    assert "<" not in (tmp_path / "data" / "clips-001.js").read_text()
    known = re.search(r'<script type="application/json" id="corpus">(.*)</script>', html)[1]
    assert json.loads(known)["verdicts"][0]["text"] == NASTY


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(codec=None)))
def test_every_text_is_written_unchanged(tmp_path, text):
    write_corpus_page(tmp_path, corpus([clip(text=text)]))
    assert rows(tmp_path)[0][3] == text


def test_a_row_holds_every_field_of_a_clip(tmp_path):
    finding = Finding("a", "tail_seconds", 0.9123, "s", False, "trim", ((1.0, 1.9),))
    known = clip(
        "a",
        values={"tail_seconds": np.float32(0.9123456)},
        findings=(finding,),
        picture="p",
        undecided={"clicks": "it is nothing"},
    )
    plan = (
        PagePlanRow("a", "trim", "a tail"),
        PagePlanRow("a", "level", "too soft", cost="no sound"),
    )
    write_corpus_page(tmp_path, corpus([known], plan=plan))
    assert rows(tmp_path) == [
        [
            *("a", "hash of a", "../wavs/a.wav", "A text.", "", 1.5),
            [0.91235],
            [["tail_seconds", "trim", [[1.0, 1.9]]]],
            "p",
            [["trim", "a tail", ""], ["level", "too soft", "no sound"]],
            [["clicks", "it is nothing"]],
        ]
    ]


def test_the_advice_of_a_check_is_written_once(tmp_path):
    finding = Finding("a", "tail_seconds", 0.9, "s", False, "0.9 s silent: trim it")
    html = write_corpus_page(tmp_path, corpus([clip(findings=(finding,))])).read_text()
    assert rows(tmp_path)[0][7] == [["tail_seconds", "0.9 s silent", []]]
    known = json.loads(re.search(r'id="corpus">(.*)</script>', html)[1])
    assert known["columns"][0]["advice"] == "trim it"
    (fault,) = known["faults"]
    assert (fault["worst"], fault["evidence"]) == ("a", "0.9 s silent")


@pytest.mark.parametrize("value", [None, np.nan, np.inf, -np.inf])
def test_a_value_that_is_not_finite_is_null(tmp_path, value):
    write_corpus_page(tmp_path, corpus([clip(values={"tail_seconds": value})]))
    assert rows(tmp_path)[0][6] == [None]


def test_a_clip_without_a_content_hash_is_keyed_by_its_id(tmp_path):
    write_corpus_page(tmp_path, corpus([PageClip("a", "", "../wavs/a.wav", "", 1.0)]))
    assert rows(tmp_path)[0][:2] == ["a", "a"]


def test_clips_are_written_while_they_are_read_a_thousand_per_file(tmp_path):
    def generate():
        for number in range(2 * CLIPS_A_FILE + 5):
            written = len(list((tmp_path / "data").glob("*.js")))
            assert written == number // CLIPS_A_FILE
            yield clip(f"{number:05}")

    html = write_corpus_page(tmp_path, corpus(generate())).read_text()
    assert '"files": ["data/clips-001.js", "data/clips-002.js", "data/clips-003.js"]' in html
    assert [row[0] for row in rows(tmp_path)] == [f"{n:05}" for n in range(2 * CLIPS_A_FILE + 5)]


def test_files_of_an_earlier_page_are_removed_and_others_kept(tmp_path):
    for name in ("old", "new"):
        write_clip_picture(tmp_path, name, np.zeros((4, 2)), np.zeros((3, 3)), 1.0)
    (tmp_path / "data" / "clips-007.js").write_text("old")
    (tmp_path / "data" / "mine.txt").write_text("mine")
    write_corpus_page(tmp_path, corpus([clip(picture="new")]))
    left = {path.name for path in (tmp_path / "data").rglob("*.*")}
    assert left == {"clips-001.js", "new.js", "mine.txt"}


def test_a_long_plan_is_shortened(tmp_path):
    plan = tuple(PagePlanRow(f"clip {number}", "trim", "a tail") for number in range(600))
    html = write_corpus_page(tmp_path, corpus([], plan=plan)).read_text()
    assert html.count('data-clip="') == 500
    assert "And 100 more" in html


def test_bars_that_are_wholly_over_the_limit_are_marked():
    above = Histogram("tail", "s", (0, 1, 2, 3), (5, 0, 2), 1.5)
    assert above.bars == [(0, 1, 5, False), (2, 3, 2, True)]
    below = Histogram("snr", "dB", (0, 1, 2), (1, 1), 1, "below")
    assert [over for *_, over in below.bars] == [True, False]
    assert not any(over for *_, over in Histogram("pitch", "Hz", (0, 1), (1,)).bars)


def unpacked(path):
    """A decoded picture: low and high (points,), mel (bands, frames)."""
    function, (name, known) = call(path)
    assert function == "addPicture"
    values = np.frombuffer(zlib.decompress(base64.b64decode(known["bytes"])), np.uint8)
    low, high, mel = np.split(values, [known["points"], 2 * known["points"]])
    return name, known, low, high, mel.reshape(known["bands"], known["frames"])


def test_a_reduced_picture_keeps_its_peaks(tmp_path):
    waveform, mel = np.zeros((5000, 2)), np.full((80, 900), -11.5)
    waveform[1234], mel[40, 450] = (-1, 1), 0.0
    name, known, low, high, shades = unpacked(
        write_clip_picture(tmp_path, "a", waveform, mel, 10.45)
    )
    assert (name, known["seconds"]) == ("a", 10.45)
    assert low.min() == 0 and high.max() == 255
    assert np.flatnonzero(high == 255) == np.flatnonzero(low == 0)
    assert shades.shape == (40, 320) and known["shades"] == shades.max()
    assert np.argwhere(shades == shades.max()).tolist() == [[20, 160]]


def test_a_picture_is_small(tmp_path):
    random = np.random.default_rng(0)
    mel = random.normal(-5, 2, (80, 900))
    path = write_clip_picture(tmp_path, "a", random.uniform(-1, 1, (2000, 2)), mel, 10.0)
    assert path == tmp_path / "data" / "clips" / "a.js"
    assert path.stat().st_size < 12_000


def test_values_that_are_not_finite_are_drawn_as_silence(tmp_path):
    waveform, mel = np.full((3, 2), np.nan), np.array([[np.nan, -np.inf], [0.0, -4.0]])
    *_, low, high, shades = unpacked(write_clip_picture(tmp_path, "a", waveform, mel, 1.0))
    assert {*low, *high} == {128}
    assert shades.tolist() == [[0, 0], [15, 8]]
    silent = np.full((2, 2), -np.inf)
    assert not unpacked(write_clip_picture(tmp_path, "a", waveform, silent, 1.0))[-1].any()


@pytest.mark.parametrize("name", ["", ".", "..", ".a", "../a", "a/b", "a\\b", "a\0"])
def test_a_picture_name_cannot_leave_the_folder(tmp_path, name):
    with pytest.raises(ValueError, match="cannot name a file"):
        write_clip_picture(tmp_path, name, np.zeros((2, 2)), np.zeros((2, 2)), 1.0)


@pytest.mark.parametrize(
    ("waveform", "mel"), [((0, 2), (2, 2)), ((2, 2), (80, 0)), ((4,), (2, 2)), ((2, 3), (2, 2))]
)
def test_empty_arrays_are_refused(tmp_path, waveform, mel):
    with pytest.raises(ValueError, match="no picture"):
        write_clip_picture(tmp_path, "a", np.zeros(waveform), np.zeros(mel), 1.0)
