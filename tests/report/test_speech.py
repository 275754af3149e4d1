"""The page of infer-stats: its content, also where there is little, without a network."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from voiceprep.report import speech
from voiceprep.report.speech import (
    Effect,
    Failed,
    Gates,
    SentenceRow,
    Share,
    StatsPage,
    Thresholds,
    VoiceStats,
    write_stats,
)

HALF = Share("stalled", "1 of 2 runs (50.0 %; 9.5 to 90.5 %)", 0.5, 0.095, 0.905)
EFFECT = Effect(".", ";", 0.1, 0.3, 0.2, 0.05, 0.35, True, 0.01, 0.12)
HOSTILE = "</script><img src=x onerror=alert(1)> & \"quoted\" 'n' – ünï 日本 \u202eright"
EMPTY = {"area", "base", "br", "circle", "hr", "img", "input", "link", "meta", "path", "rect"}


class Elements(HTMLParser):
    """All elements of a page with their attributes; raises where they do not nest."""

    def __init__(self, text):
        super().__init__()
        self.found, self.open = [], []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def named(self, tag):
        return [attributes for name, attributes in self.found if name == tag]


def gates(name="one", text="A text.", stops=(1.0, 1.1)):
    median = np.linspace(0, 1, 100)
    return Gates(name, text, 0.0116, median, median / 2, median, stops, 1, 0.9)


def sentence(name, count, lag=0.1):
    failed = replace(HALF, label=f"{count} of 2", rate=count / 2)
    return SentenceRow(name, f"The text of {name}.", 14, failed, "stalled 1", 1.2, 0.05, lag)


def failed(**more):
    alignment = np.eye(40, 12, dtype=np.float32)
    given = {"text": "A text.", "sound": None, "stop": 0.4, **more}
    return Failed(
        "one", given["text"], 7, "stalled", "it stayed", alignment, np.zeros(40), 0.0116,
        given["stop"], None, given["sound"],
    )  # fmt: skip


LEVELS = Thresholds((0.3, 0.5, 0.7), (HALF,) * 3, (HALF,) * 3, 0.5, 0.3, 0.7, 0.5)
VOICE = VoiceStats(
    "best.pt", 4, HALF, (HALF,), (HALF,), (HALF,), (EFFECT,), LEVELS,
    [gates(f"text-{number}") for number in range(9)], [sentence("one", 2), sentence("two", 0)],
)  # fmt: skip
PAGE = StatsPage(("half failed", "and why"), (("seeds", "2"),), (VOICE,), 0.5)


@pytest.fixture
def written(tmp_path):
    def write(page):
        write_stats(page, tmp_path / "index.html")
        return (tmp_path / "index.html").read_text(encoding="utf-8")

    return write


def test_the_verdict_comes_first(written):
    page = written(replace(PAGE, over_limit=("failed is 50.0 %",), worst=[failed()]))
    places = [page.index(text) for text in ("half failed", "over the limit", "and why", "<svg")]
    assert places == sorted(places)
    assert 'class="verdict bad"' in page
    fine = replace(VOICE, failed=replace(HALF, rate=0.0))
    assert 'class="verdict"' in written(replace(PAGE, voices=(fine,)))


def test_every_result_has_its_picture(written):
    page = Elements(written(replace(PAGE, pairs=(EFFECT,), worst=[failed(), failed(stop=None)])))
    drawn = [picture for picture in page.named("svg") if picture["role"] == "img"]
    assert len(drawn) == 2 + 1 + len(VOICE.gates)
    assert all(picture["aria-label"] for picture in drawn)
    assert len(page.named("details")) == 1
    assert len([one for one in page.named("span") if "whisker" in one.get("class", "")]) == 2


def test_a_page_loads_nothing_from_a_network(written, tmp_path):
    (tmp_path / "worst-1.wav").write_bytes(b"RIFF")
    shown = replace(PAGE, worst=[failed(sound=tmp_path / "worst-1.wav")], files=("runs.csv",))
    text = written(shown)
    assert not re.search(r"https?:|@import|url\(", text)
    for _, attributes in Elements(text).found:
        for name in ("src", "href"):
            address = attributes.get(name, "data:")
            assert address.startswith("data:") or address == "runs.csv"


def test_a_large_sound_is_linked_not_embedded(written, tmp_path, monkeypatch):
    (tmp_path / "worst-1.wav").write_bytes(b"RIFF" * 10)
    shown = replace(PAGE, worst=[failed(sound=tmp_path / "worst-1.wav")])
    (inside,) = Elements(written(shown)).named("audio")
    assert inside["src"].startswith("data:audio/wav;base64,UklGR")
    monkeypatch.setattr(speech, "LARGEST_INLINE", 39)
    (beside,) = Elements(written(shown)).named("audio")
    assert beside["src"] == "worst-1.wav"


def test_no_text_becomes_markup(written):
    hostile = replace(sentence("one", 1), name=HOSTILE, text=HOSTILE, causes=HOSTILE)
    share = replace(HALF, name=HOSTILE, label=HOSTILE)
    voice = replace(
        VOICE,
        name=HOSTILE,
        causes=(share,),
        gates=[gates(HOSTILE, HOSTILE)],
        sentences=[hostile],
        endings=[replace(EFFECT, first=HOSTILE, second=HOSTILE)],
    )
    page = Elements(
        written(
            StatsPage(
                (HOSTILE, HOSTILE), ((HOSTILE, HOSTILE),), (voice, voice), 0.5, (HOSTILE,),
                (HOSTILE,), (replace(EFFECT, second=HOSTILE),), [failed(text=HOSTILE)],
            )
        )
    )  # fmt: skip
    assert len(page.named("script")) == 1
    assert not page.named("img")
    assert not any(name.startswith("on") for _, attributes in page.found for name in attributes)


def test_every_column_of_sentences_sorts_by_number_or_text(written):
    text = written(PAGE)
    table = text[text.index('<table class="sorts">') :]
    head, _, body = table.partition("</thead>")
    page, rows = Elements(head + "</thead></table>"), re.findall(r"<tr>.*?</tr>", body, re.S)
    assert len(page.named("th")) == len(page.named("button")) == 7
    assert [one["aria-sort"] for one in page.named("th") if "aria-sort" in one] == ["descending"]
    assert len(rows) == 2
    for row in rows:
        cells = Elements(row).found[1:]
        values = [found.get("data-value") for name, found in cells if name in ("td", "th")]
        assert [value is None for value in values] == [True, False, False, True] + 3 * [False]
        assert all(np.isfinite(float(value)) for value in values if value)


def test_a_voice_without_thresholds_and_endings_has_a_page(written):
    voice = replace(
        VOICE, thresholds=None, endings=(), by_ending=(HALF, HALF), gates=[gates(stops=())],
        sentences=[sentence("one", 2, lag=None)],
    )  # fmt: skip
    page = written(replace(PAGE, voices=(voice,), verdict=()))
    assert "no threshold can be recommended" in page
    assert "--eos" in page
    assert "End of the sentence" not in written(
        replace(PAGE, voices=(replace(voice, by_ending=(HALF,)),))
    )
    assert "<details" not in page
    assert ">–</td>" in page


def test_runs_without_a_step_are_drawn(written):
    nothing = np.zeros((0, 5), np.float32), np.zeros(0, np.float32)
    empty = Failed("one", "A.", 1, "not finite", "it broke", *nothing, 0.0116, None, None)
    curve = Gates("one", "A.", 0.0116, *np.zeros((3, 0)), (), 3, None)
    page = written(replace(PAGE, voices=(replace(VOICE, gates=[curve]),), worst=[empty]))
    assert "nan" not in page.partition("<main>")[2].partition("<script>")[0]
    assert "data:image" not in page
