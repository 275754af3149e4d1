"""Rendering a template: escaping, encoding, undefined names."""

import pytest
from jinja2 import UndefinedError

from voiceprep.report import page
from voiceprep.report.page import write_page


@pytest.fixture
def template(tmp_path, monkeypatch):
    (tmp_path / "one.html").write_text("<p title={{ text }}>{{ text | nobreak }}</p>")
    monkeypatch.setattr(page, "TEMPLATES", tmp_path)
    page._environment.cache_clear()
    yield "one.html"
    page._environment.cache_clear()


def test_text_is_escaped_and_invalid_characters_are_replaced(template, tmp_path):
    write_page(tmp_path / "a.html", template, text="<b>&\"' ünï\udcff 3 %")
    written = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert written.endswith(">&lt;b&gt;&amp;&#34;&#39; ünï? 3\N{NO-BREAK SPACE}%</p>")


def test_an_undefined_name_raises(template, tmp_path):
    with pytest.raises(UndefinedError):
        write_page(tmp_path / "a.html", template)
    assert not (tmp_path / "a.html").exists()
