"""A page of a template: escaped, whole, and with nothing missing in silence."""

import pytest
from jinja2 import UndefinedError

from voiceprep.report import page
from voiceprep.report.page import write_page


@pytest.fixture
def template(tmp_path, monkeypatch):
    (tmp_path / "one.html").write_text("<p title={{ told }}>{{ told | whole }}</p>")
    monkeypatch.setattr(page, "TEMPLATES", tmp_path)
    page._environment.cache_clear()
    yield "one.html"
    page._environment.cache_clear()


def test_text_is_escaped_and_what_is_no_character_replaced(template, tmp_path):
    write_page(tmp_path / "a.html", template, told="<b>&\"' ünï\udcff 3 %")
    written = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert written.endswith(">&lt;b&gt;&amp;&#34;&#39; ünï? 3\N{NO-BREAK SPACE}%</p>")


def test_what_is_not_given_is_no_silence(template, tmp_path):
    with pytest.raises(UndefinedError):
        write_page(tmp_path / "a.html", template)
    assert not (tmp_path / "a.html").exists()
