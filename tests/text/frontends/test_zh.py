from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceprep.errors import SettingError
from voiceprep.text.encode import TextConfig
from voiceprep.text.frontends import load_frontend, make_frontend

WRITTEN = make_frontend(TextConfig(frontend="zh"))
SPOKEN = make_frontend(TextConfig(frontend="zh", variant="spoken"))

MIXED = st.text(
    st.sampled_from("我不一地儿好ni3hǎoüvA4 0159.,，。-:/%¥°m²½…—'_é漢か𠮷"), max_size=40
)


def pinyin(text, frontend=WRITTEN):
    ((name, form),) = frontend.encode(text).stages
    assert name == "pinyin"
    return form


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("早上好，老师！", "zao3 shang4 hao3, lao3 shi1!"),
        ("这本书很有意思。", "zhe4 ben3 shu1 hen3 you3 yi4 si5."),
        ("绿草地上坐着一个女孩。", "lv4 cao3 di4 shang4 zuo4 zhe5 yi1 ge4 nv3 hai2."),
        ("气温是-5℃。", "qi4 wen1 shi4 ling2 xia4 wu3 she4 shi4 du4."),
        ("《茶馆》——老舍……", "cha2 guan3, lao3 she3..."),
        ("（约翰·史密斯）吗", "(yue1 han4 shi3 mi4 si1) ma5"),
    ],
)
def test_characters_are_read_in_pinyin_with_tones(text, read):
    encoding = WRITTEN.encode(text)
    assert pinyin(text) == read
    assert encoding.symbols == tuple(read)
    assert encoding.unknown == ()


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("ni3 hao3, shi4 jie4.", "ni3 hao3, shi4 jie4."),
        ("Nǐ hǎo ma?", "ni3 hao3 ma5?"),
        ("ni3hao3", "ni3 hao3"),
        ("lü4 lv4 lu:4", "lv4 lv4 lv4"),
        ("他专注di4看", "ta1 zhuan1 zhu4 di4 kan4"),
        ("bu4 shi4 yi1 ge4 hao3 jian3 pu3", "bu4 shi4 yi1 ge4 hao3 jian3 pu3"),
        ("wo3 you3 3 ge5 de iPhone", "wo3 you3 san1 ge5 de5 iphone"),
        ("wo3 ai4 china", "wo3 ai4 china"),
    ],
)
def test_pinyin_that_is_typed_is_taken_as_it_is(text, read):
    assert pinyin(text) == pinyin(text, SPOKEN) == read


def test_the_cleaned_text_has_its_numbers_spelled_out():
    assert WRITTEN.encode("我有2只猫，nǐ呢？").cleaned == "我有两只猫, ni3 呢?"


@pytest.mark.parametrize("text", ["A4纸", "选B2", "MAN3"])
def test_capitals_before_a_digit_are_no_pinyin(text):
    (note,) = WRITTEN.encode(text).notes
    assert note.endswith("is read as letters without a tone")


def test_what_has_no_symbol_is_listed():
    encoding = WRITTEN.encode("猫&狗_か㎡ß")
    assert encoding.unknown == ("&", "_", "か", "²", "ß")
    assert [one.what for one in encoding.rewrites] == [*encoding.unknown]


def test_a_reading_that_is_a_guess_is_noted_once():
    (note,) = WRITTEN.encode("种瓜，种茶").notes
    assert "种" in note
    assert WRITTEN.encode("种子").notes == ()


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("10，000", "十, 零零零"),
        ("1½杯", "一又二分之一杯"),
        ("20㎡", "二十平方米"),
        ("ＡＢＣ１", "ABC 一"),
    ],
)
def test_other_forms_of_a_character_keep_their_meaning(text, plain):
    assert WRITTEN.encode(text).cleaned == plain


def test_spoken_tones_stop_at_marks():
    assert pinyin("我很好", SPOKEN) == "wo3 hen2 hao3"
    assert pinyin("我，好", SPOKEN) == "wo3, hao3"
    assert pinyin("“你”好", SPOKEN) == "ni2 hao3"


@settings(max_examples=150, deadline=None)
@given(MIXED | st.text(max_size=40))
def test_any_text_is_read(text):
    for frontend in (WRITTEN, SPOKEN):
        encoding = frontend.encode(text)
        assert encoding.symbols == tuple(frontend.symbols[number] for number in encoding.ids)
        assert 0 not in encoding.ids


@given(st.text(st.sampled_from("我不一地儿好漢长，。《》—"), max_size=20))
def test_what_was_read_can_be_typed(text):
    read = pinyin(text, SPOKEN)
    assert pinyin(read) == pinyin(read, SPOKEN) == read


def test_a_variant_of_another_front_end_is_refused():
    with pytest.raises(SettingError, match="written or spoken"):
        make_frontend(TextConfig(frontend="zh", variant="kana"))


def test_a_checkpoint_keeps_its_tones_and_refuses_other_readings():
    assert load_frontend(SPOKEN.state) == SPOKEN != WRITTEN
    version, digest = SPOKEN.state.dictionary.rsplit(" ", 1)
    assert load_frontend(replace(SPOKEN.state, dictionary=f"pypinyin 9 {digest}")) == SPOKEN
    with pytest.raises(SettingError, match="install the former version"):
        load_frontend(replace(SPOKEN.state, dictionary=f"{version} 0"))
