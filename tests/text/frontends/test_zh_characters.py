from itertools import count

import pytest

from voiceprep.text.frontends.zh_characters import dictionary, read_characters


def read(run):
    return " ".join(reading for _, reading, _, _ in read_characters(run, count()))


@pytest.mark.parametrize(
    ("run", "readings"),
    [
        ("银行", "yin2 hang2"),
        ("步行", "bu4 xing2"),
        ("长大", "zhang3 da4"),
        ("长江", "chang2 jiang1"),
        ("重庆", "chong2 qing4"),
        ("妈妈的", "ma1 ma1 de5"),
    ],
)
def test_words_decide_between_the_readings_of_a_character(run, readings):
    assert read(run) == readings


def test_yi_and_bu_have_the_tones_of_dictionaries():
    assert read("一直不是一个") == "yi1 zhi2 bu4 shi4 yi1 ge4"


def test_er_is_a_suffix_except_where_it_is_a_child():
    assert read("花儿这儿") == "hua1 er5 zhe4 er5"
    assert read("女儿儿子") == "nv3 er2 er2 zi5"


def test_a_particle_between_other_characters_is_neutral():
    assert read("慢慢地走") == "man4 man4 de5 zou3"
    assert read("扫地") == "sao3 di4"


def test_only_counts_animals_after_a_number():
    assert read("两只猫") == "liang3 zhi1 mao1"
    assert read("只吃鱼") == "zhi3 chi1 yu2"


def test_a_reading_that_is_a_guess_is_noted():
    notes = [note for *_, note in read_characters("种茶种子", count())]
    assert notes == ["种 is read zhong3, it may be chong2 or zhong4", "", "", ""]


def test_words_take_the_next_numbers():
    numbers = [number for _, _, number, _ in read_characters("银行开门", count(5))]
    assert numbers[0] == numbers[1] == 5 < numbers[2]


def test_a_character_without_a_reading_has_none():
    assert read("𠮷") == ""


def test_the_dictionary_is_named_by_its_version_and_content():
    name, version, digest = dictionary().split()
    assert (name, len(digest)) == ("pypinyin", 16)
    assert version[0].isdigit()
