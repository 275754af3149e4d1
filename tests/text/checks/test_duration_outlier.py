import re
from dataclasses import replace

import numpy as np
import pytest

from tests.text.made import made_texts, said
from voiceprep.quality.check import judge_set
from voiceprep.text.checks.duration_outlier import CHECK, find_outliers
from voiceprep.text.encode import encode
from voiceprep.text.faults.swapped_texts import FAULT


def named(spoken, check=CHECK):
    return {id for id, finding in judge_set(check, spoken).items() if not finding.ok}


@pytest.mark.parametrize("count", [12, 23, 200])
def test_a_stated_number_of_false_alarms_is_kept_at_every_size_of_set(count):
    loose = replace(CHECK, limit=0.5)
    sets = [said(made_texts(count, seed), seed) for seed in range(40)]
    assert sum(len(named(spoken, loose)) for spoken in sets) <= 0.75 * len(sets)


def test_swapped_texts_are_found_and_hardly_any_other():
    found = false = faulty = 0
    for seed in range(20):
        texts = made_texts(100, seed)
        swapped = FAULT.inject(texts, FAULT.sizes[1], np.random.default_rng(seed))
        wrong = {id for id in texts if swapped[id] != texts[id]}
        spoken = said(texts, seed)
        spoken |= {id: replace(spoken[id], encoding=encode(swapped[id])) for id in wrong}
        flagged = named(spoken)
        found, false = found + len(flagged & wrong), false + len(flagged - wrong)
        faulty += len(wrong)
    assert found >= 0.9 * faulty
    assert found >= 0.9 * (found + false)


def test_the_evidence_says_how_long_the_text_usually_takes():
    spoken = said(
        dict.fromkeys(map(str, range(20)), "Thirty symbols are read of it.")
        | {"x": "Thirty symbols are read of it."}
    )
    spoken["x"] = replace(spoken["x"], seconds=7.0)
    finding = judge_set(CHECK, spoken)["x"]
    assert not finding.ok
    assert finding.value < 1e-3
    evidence, _, advice = finding.advice.partition(": ")
    assert re.fullmatch(
        r"7\.0 s of speech for 30 symbols; 1\.\d to 2\.\d s would be usual in this voice", evidence
    )
    assert advice == CHECK.advice


def test_what_has_no_speech_or_no_text_gets_no_measurement():
    spoken = said(made_texts(30))
    spoken["silent"] = replace(spoken["0000"], seconds=None)
    spoken["zero"] = replace(spoken["0000"], seconds=0.0)
    spoken["empty"] = replace(spoken["0000"], encoding=encode(""))
    assert find_outliers(spoken).keys() == spoken.keys() - {"silent", "zero", "empty"}


def test_of_a_handful_nothing_can_be_measured():
    assert find_outliers(said(made_texts(9))) == find_outliers({}) == {}
