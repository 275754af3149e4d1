import pytest

from voiceprep.api.call import Progress, call
from voiceprep.errors import Interrupted


def counting(seen):
    """A bar that notes what it is given."""

    def bar(rows, total):
        for row in rows:
            seen.append((row, total))
            yield row

    return bar


def test_a_call_does_what_the_typed_command_does(dataset, voiceprep):
    typed = voiceprep("convert", "mp3dir", "typed", "--rate", 16000)
    assert typed.returncode == 0
    called = call("convert", dataset / "mp3dir", dataset / "called", options={"rate": 16000})
    assert called.counts["done"] == 3
    for name in "abc":
        pair = [dataset / folder / f"{name}.wav" for folder in ("typed", "called")]
        assert pair[0].read_bytes() == pair[1].read_bytes()


def test_the_datasets_own_settings_are_read(dataset):
    (dataset / "voiceprep.toml").write_text("[convert]\nrate = 8000\n")
    result = call("convert", dataset / "mp3dir", options={"dataset": dataset})
    assert (dataset / "wavs" / "a.wav").stat().st_size < 2 * 8000 + 1000
    assert result.target == dataset / "wavs"


def test_nothing_is_printed(dataset, capfd):
    call("convert", dataset / "mp3dir", options={"dataset": dataset})
    assert capfd.readouterr() == ("", "")


def test_progress_wraps_the_clips(dataset):
    seen = []
    call("convert", dataset / "mp3dir", options={"dataset": dataset}, progress=counting(seen))
    assert sorted(row.id for row, _ in seen) == ["a", "b", "c"]
    assert {total for _, total in seen} == {3}


@pytest.mark.parametrize("argument", [5, ["mp3dir"]])
def test_what_is_no_path_is_refused(dataset, argument):
    with pytest.raises(TypeError):
        call("convert", argument, options={"dataset": dataset})
    found = call("convert", str(dataset / "mp3dir").encode(), options={"dataset": dataset})
    assert found.counts["done"] == 3


def test_a_run_that_resumes_shows_the_steps_that_are_left():
    seen = []
    shown = Progress(counting(seen), None)
    for step in (5, 6, 7):
        shown.advance(step, 7, {"loss": "1"})
    assert [total for _, total in seen] == [3, 3, 3]


def test_without_bar_and_messages_nothing_is_shown():
    shown = Progress(None, None)
    shown.advance(1, 2, {})
    shown.print("a line")
    assert shown.rows([1, 2], 2) == [1, 2]


def test_messages_get_every_line():
    lines = []
    Progress(None, lines.append).print("a line")
    assert lines == ["a line"]


def test_a_call_that_is_stopped_raises_and_keeps_what_was_finished(dataset):
    def impatient(rows, total):
        yield next(iter(rows))
        raise KeyboardInterrupt

    stopped = {"dataset": dataset, "jobs": 1}
    with pytest.raises(Interrupted, match="call it again"):
        call("convert", dataset / "mp3dir", options=stopped, progress=impatient)
    assert list((dataset / "wavs").glob("*.wav"))
    assert call("convert", dataset / "mp3dir", options=stopped).counts["skipped"] >= 1
