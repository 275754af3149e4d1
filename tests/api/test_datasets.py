import pytest

import voiceprep
from voiceprep.errors import TableError, UserError


def test_a_dataset_is_prepared_listed_and_reported_on(dataset):
    result = voiceprep.prepare(dataset / "mp3dir", dataset=dataset, loudness=False)
    assert result.counts["done"] == 3
    lists = voiceprep.write_filelists(dataset=dataset, split="all-train")
    assert lists.shares["train"][0] == 3
    assert voiceprep.read_clips(dataset)[0].text == "First of all."
    assert voiceprep.cache_mels(dataset=dataset).counts["done"] == 3
    found = voiceprep.report(dataset=dataset, fail_on="error")
    assert [row.clip.id for row in found.clips] == ["a", "b", "c"]
    silences = voiceprep.silence(dataset=dataset)
    assert [row["id"] for row in silences.clips()] == ["a", "b", "c"]
    assert (dataset / "report" / "index.html").exists()
    for shown in (result, lists, found, silences):
        assert repr(shown) == "\n".join(shown.lines(verbose=False))


def test_texts_are_read_from_a_list_or_a_folder(dataset):
    rows = voiceprep.read_texts(dataset / "metadata.csv").rows
    assert [(row.key, row.text) for row in rows][:1] == [("a", "First of all.")]
    assert voiceprep.read_texts(str(dataset)).rows == rows


def test_a_folder_without_a_list_and_a_broken_list_are_errors(tmp_path):
    with pytest.raises(UserError, match="no list of texts"):
        voiceprep.read_texts(tmp_path)
    (tmp_path / "metadata.csv").write_text("\n")
    with pytest.raises(TableError) as caught:
        voiceprep.read_texts(tmp_path)
    assert caught.value.path == tmp_path / "metadata.csv"


def test_a_dataset_without_clips_has_none(tmp_path):
    assert voiceprep.read_clips(tmp_path) == []


def test_mels_with_a_target_need_a_source(tmp_path):
    with pytest.raises(UserError, match="source"):
        voiceprep.cache_mels(target=tmp_path)


def test_logs_are_read(tmp_path):
    log = tmp_path / "nvlog.json"
    log.write_text(
        'DLLL {"timestamp": "1", "datetime": "2020-05-28 03:32:53", "elapsedtime": "1", '
        '"type": "LOG", "step": [0], "data": {"train_loss": 0.5}}\n'
    )
    rows = list(voiceprep.read_logs(log).rows())
    assert rows[0]["train_loss"] == 0.5
