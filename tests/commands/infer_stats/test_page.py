"""The page draws what the result holds, of each voice, and runs no one's script."""

from dataclasses import replace

from tests.commands.infer_stats.made import QUICK, TWO
from tests.train.made_checkpoints import made_checkpoint
from voiceprep.commands.infer_stats.command import infer_stats


def test_the_page_shows_what_was_found_and_runs_no_ones_script(voiced):
    hostile = "<script>alert(1)</script> & \"so\" 'on' ünï"
    (voiced / "lines.txt").write_text(f"{hostile}\nAnd another.\n", encoding="utf-8")
    found = infer_stats(asked=replace(TWO, eos=True), infer=QUICK)
    page = (voiced / "stats" / "index.html").read_text(encoding="utf-8")
    assert "alert(1)" in page
    assert page.count("<script>") == 1
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp;" in page
    assert found.verdict[0].split(" (")[0] in page
    assert page.count("<audio") == 3
    assert page.count("image/png") == 6
    assert page.count("ended with ;") > 2


def test_voices_that_are_compared_share_a_page(voiced):
    made_checkpoint(seed=4).save(voiced / "other.pt")
    asked = replace(TWO, checkpoint="output/tacotron2/best.pt, other.pt", vocode_worst=0)
    infer_stats(asked=asked, infer=QUICK)
    page = (voiced / "stats" / "index.html").read_text(encoding="utf-8")
    assert "Voices compared" in page
    assert page.count('class="sorts"') == 2
    assert "<audio" not in page
