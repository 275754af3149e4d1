import json
import re
from dataclasses import replace

from tests.commands.report.made import TEXTS, judged, made_report
from voiceprep.commands.report.page import write_report_page
from voiceprep.quality.fix_plan import FixPlan, PlanRow, Point
from voiceprep.quality.verdicts import Dismissal, Verdict, Verdicts
from voiceprep.records import Outcome

CONTENTS = {"a": "1", "b": "2", "c": "3"}
BROKEN = Outcome("d", "failed", "cannot be decoded")


def written(tmp_path, report, clips=(), dismissals=(), contents=CONTENTS):
    base = tmp_path / "voice"
    report = replace(report, folder=base / "report")
    kept = Verdicts(
        base / "verdicts.jsonl",
        {row.content: row for row in clips},
        {row.check: row for row in dismissals},
    )
    page = write_report_page(report, report.clips, contents, kept, base, base)
    return page.read_text(encoding="utf-8")


def data(tmp_path, name):
    """The arguments of the call in a data file of the page."""
    text = (tmp_path / "voice" / "report" / "data" / name).read_text(encoding="utf-8")
    return json.loads(f"[{text[text.index('(') + 1 : text.rindex(')')]}]")


def test_every_clip_is_on_the_page_with_its_sound_its_text_and_its_findings(tmp_path):
    rows = judged(texts={"a#b%c": TEXTS["a"], "b": "", "c": TEXTS["c"]})
    written(tmp_path, made_report(rows), contents={"a#b%c": "1", "b": "2", "c": "3"})
    (clips,) = data(tmp_path, "clips-001.js")
    assert [clip[0] for clip in clips] == ["a#b%c", "b", "c"]
    assert "../wavs/a%23b%25c.wav" in clips[0]
    assert [TEXTS["c"] in clip for clip in clips] == [False, False, True]
    findings = [json.dumps(clip) for clip in clips]
    assert ["0.9 s too quiet" in row for row in findings] == [False, False, True]


def test_the_page_has_the_verdict_the_facts_and_what_could_not_be_read(tmp_path):
    page = written(tmp_path, made_report(judged(), [BROKEN], notes=["a note"]))
    for wanted in ("1 clip has errors: d", "d: cannot be decoded", "a note", "22050 Hz"):
        assert wanted in page
    assert "verdict bad" in page
    assert "verdict bad" not in written(tmp_path, made_report(judged()))


def test_a_page_of_files_that_cannot_be_read_has_no_statistics(tmp_path):
    page = written(tmp_path, made_report([], [BROKEN]))
    assert "d: cannot be decoded" in page
    assert "22050 Hz" not in page


def test_the_plan_gives_its_reasons_without_the_names_of_the_checks(tmp_path):
    plan = FixPlan(
        (PlanRow("3", "c", "trim", "tail_seconds: 0.9 s too quiet"),),
        curve=(Point(6.0, 3.0), Point(4.0, 0.0, "c")),
    )
    page = written(tmp_path, made_report(judged(), plan=plan))
    assert re.search(r">trim</td><td[^>]*>0\.9 s too quiet[^<]*</td>", page)
    assert plan.mends[0].why not in page


def test_leaks_between_splits_are_a_table(tmp_path):
    rows = judged(texts=TEXTS | {"c": TEXTS["a"]})
    splits = {"a": "train", "b": "train", "c": "val"}
    assert "leaks: " in written(tmp_path, made_report(rows, splits=splits))
    assert "leaks: " not in written(tmp_path, made_report(judged(), splits=splits))


def test_verdicts_of_a_person_come_with_the_page(tmp_path):
    verdict = Verdict("3", "c", "reject", why="a truck goes by")
    written(tmp_path, made_report(judged()), [verdict], [Dismissal("clicks", "her lips")])
    everything = "".join(
        path.read_text(encoding="utf-8")
        for path in (tmp_path / "voice" / "report").rglob("*")
        if path.suffix in (".js", ".html")
    )
    assert "a truck goes by" in everything and "her lips" in everything


def test_a_clip_comes_with_what_its_checks_could_not_tell(tmp_path):
    first, *rest = judged()
    rows = [replace(first, undecided={"snr_db": "no pause"}), *rest]
    page = written(tmp_path, made_report(rows))
    (clips,) = data(tmp_path, "clips-001.js")
    assert ["snr_db", "no pause"] in clips[0][-1] and not clips[1][-1]
    assert "no pause" in page
