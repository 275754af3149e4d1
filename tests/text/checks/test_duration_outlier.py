import re
from dataclasses import replace

import numpy as np
import pytest

from tests.text.made import made_texts, said
from voiceprep.quality.check import Measurement, Undecided, judge_set
from voiceprep.records import Finding
from voiceprep.text.checks.duration_outlier import CHECK, find_outliers
from voiceprep.text.encode import encode
from voiceprep.text.faults.swapped_texts import FAULT


def named(spoken, check=CHECK):
    read = judge_set(check, spoken).items()
    return {id for id, one in read if isinstance(one, Finding) and not one.ok}


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


def test_a_time_that_is_hardly_unusual_is_told_finely_enough_to_show_it():
    spoken = said(made_texts(200)) | said({"x": "Thirty symbols are read of it."})
    flagged = []
    for seconds in (0.5, *np.arange(1.0, 1.1, 0.01), *np.arange(3.0, 3.1, 0.01)):
        finding = judge_set(CHECK, spoken | {"x": replace(spoken["x"], seconds=seconds)})["x"]
        if not finding.ok:
            flagged.append(re.findall(r"\d+\.\d+", finding.advice))
    assert all(not float(low) <= float(taken) <= float(high) for taken, low, high in flagged)
    assert {len(taken) for taken, _, _ in flagged} > {len("0.5")}


def test_what_has_no_speech_or_no_text_gets_no_measurement():
    spoken = said(made_texts(30))
    spoken["silent"] = replace(spoken["0000"], seconds=None)
    spoken["zero"] = replace(spoken["0000"], seconds=0.0)
    spoken["empty"] = replace(spoken["0000"], encoding=encode(""))
    assert find_outliers(spoken).keys() == spoken.keys() - {"silent", "zero", "empty"}


def test_of_a_handful_nothing_can_be_told():
    read = find_outliers(said(made_texts(9)))
    assert len(read) == 9
    assert {one.reason for one in read.values()} == {
        "fewer than 10 clips of the set have texts of 6 letters"
    }
    assert find_outliers({}) == {}


@pytest.mark.parametrize("text", ["A", "W", "Ба", "M I S D N", "Radio U S B", "tree"])
def test_of_letters_syllables_and_acronyms_nothing_can_be_told(text):
    texts = made_texts(60)
    spoken = said(texts) | {"x": replace(said({"x": text})["x"], seconds=3.5)}
    read = find_outliers(spoken)
    assert read["x"] == Undecided("its text has fewer than 6 letters in words")
    assert isinstance(read["0000"], Measurement)
    # They are not part of what is learnt of the others.
    assert {id: read[id] for id in texts} == find_outliers(said(texts))


def test_of_single_words_nothing_can_be_told_unless_they_are_far_off():
    words = {f"w{n}": "neighbour" for n in range(30)}
    spoken = said(made_texts(60) | words, spread=0.3)
    spoken["w0"] = replace(spoken["w0"], seconds=6.0)
    read = judge_set(CHECK, spoken)
    assert not read.pop("w0").ok
    assert {one for id, one in read.items() if id in words} == {
        Undecided("so short texts vary so much in length that half of one could be missing")
    }


def test_a_slow_long_clip_is_well():
    menu = " ".join(["press one to turn the volume up"] * 12)
    spoken = said(made_texts(200) | {"menu": menu})
    usual = spoken["menu"].seconds
    for pace in (0.85, 1.15):
        spoken["menu"] = replace(spoken["menu"], seconds=usual * pace)
        assert judge_set(CHECK, spoken)["menu"].ok
