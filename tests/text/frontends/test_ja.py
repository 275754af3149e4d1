import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.forked import run_code
from voiceprep.errors import SettingError, ToolMissing
from voiceprep.text.encode import TextConfig
from voiceprep.text.frontends import load_frontend, make_frontend
from voiceprep.text.frontends.ja import TABLES, normalise
from voiceprep.text.frontends.table import find_row
from voiceprep.text.spoken import split_words

JAPANESE = st.text(
    st.one_of(
        st.characters(min_codepoint=0x3000, max_codepoint=0x30FF),
        st.sampled_from("東京何人本円一二三々ーっゃ、。？！…「」ABc019 %+=♪한é😀㎞½Ⅲｶﾞ\x00\u200b"),
        st.characters(exclude_categories=()),
    ),
    max_size=12,
)


def encode(text, variant=""):
    return make_frontend(TextConfig(frontend="ja", variant=variant)).encode(text)


def phonemes(text):
    return " ".join(encode(text).symbols)


def kana(text):
    return "".join(encode(text, "kana").symbols)


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("私は東京へ手紙を出す。", "ワタシワトーキョーエテガミオダス."),
        ("今日は学校へ行く。", "キョーワガッコーエイク."),
        ("一本、二本、三本、六本。", "イッポン,ニホン,サンボン,ロッポン."),
        ("一匹、二匹、三匹。", "イッピキ,ニヒキ,サンビキ."),
        ("お父さんと先生と英語。", "オトーサントセンセートエーゴ."),
        ("切手と雑誌、新聞。", "キッテトザッシ,シンブン."),
        ("価格は1,234円", "カカクワセンニヒャクサンジューヨエン"),
        ("鼻血が続く。", "ハナジガツズク."),
        ("何ですか？何人？何を？何に？", "ナンデスカ?ナンニン?ナニオ?ナニニ?"),
        ("ヴァイオリンとティー", "ヴァイオリントティー"),
        ("10㎞、25℃、第Ⅲ章", "ジュッキロメートル,ニジューゴド,ダイサンショー"),
    ],
)
def test_kana_are_those_that_are_pronounced(text, reading):
    assert kana(text) == reading


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        # One word in three accents: high first, high second and low after it, high from there on.
        ("箸を", "h a ] sh i o"),
        ("橋を", "h a [ sh i ] o"),
        ("端を", "h a [ sh i o"),
        ("雨が", "a ] m e g a"),
        ("飴が", "a [ m e g a"),
        # A moraic nasal, a geminate, a long vowel and devoiced vowels.
        ("新聞", "sh i [ N b u N"),
        ("切手", "k i [ cl t e"),
        ("東京", "t o [ o ky o o"),
        ("これです。", "k o [ r e d e ] s U ."),
        # A boundary between accent phrases, none where there is a pause.
        ("花が、赤い花が", "h a [ n a ] g a , a [ k a i # h a [ n a ] g a"),
        ("行くの？", "i [ k u ] n o ?"),
        ("「はい」と", "h a ] i # t o"),
    ],
)
def test_phonemes_have_marks_of_accent(text, symbols):
    assert phonemes(text) == symbols


def test_a_question_differs_in_its_mark_alone():
    assert phonemes("行きますか？")[:-1] == phonemes("行きますか。")[:-1]


def test_cleaned_is_the_text_in_words():
    encoding = encode("ＡＢＣ社は、本を読む…「はい」。")
    assert split_words(encoding.cleaned) == ("ABC", "社", "は", "本", "を", "読む", "はい")
    assert encoding.stages == (("reading", "エイビーシー シャ ワ , ホン オ ヨム … ハイ ."),)


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("한글ラ😀♪", ("한", "글", "😀", "♪")),
        ("あ\x00\u200bい", ("\x00", "\u200b")),
        ("「（あ）」“い”", ()),
        ("葛\U000e0100城 café か゛ ｶﾞ", ()),
        ("ー、あ", ("ー",)),
        ("(^o^)", ("^", "o", "^")),
    ],
)
def test_what_cannot_be_read_is_listed(text, unknown):
    assert encode(text).unknown == unknown


def test_a_guess_is_noted():
    (note,) = encode("qwrtzさん").notes
    assert "qwrtz" in note
    assert not encode("ボイスプレップさん").notes


def test_marks_of_one_meaning_are_one():
    assert normalise("え...ｴ｡｡｡え‥え・・・") == ("え…エ…え…え…", [])


def test_a_text_of_any_length_is_read():
    sentence = "今日は天気がいい。"
    assert encode(sentence * 1000).symbols == encode(sentence).symbols * 1000
    assert len(encode("あ" * 9000, "kana").symbols) == 9000


@given(JAPANESE)
def test_every_symbol_is_in_the_table(text):
    for variant, table in TABLES.items():
        encoding = encode(text, variant)
        assert {*encoding.symbols} <= {*table[1:]}
        assert encoding.symbols == tuple(table[number] for number in encoding.ids)


def test_an_unknown_variant_is_refused():
    with pytest.raises(SettingError):
        encode("あ", "spoken")


def test_another_dictionary_is_told_and_the_voice_speaks():
    state = make_frontend(TextConfig(frontend="ja")).state
    older = replace(state, dictionary="pyopenjtalk-plus==0.1 (abc)")
    assert not load_frontend(state).notes
    (note,) = load_frontend(older).notes
    assert "pyopenjtalk-plus==0.1" in note
    assert load_frontend(older).encode("橋").symbols == encode("橋").symbols
    assert state.differences(older)


def test_without_its_packages_it_says_what_to_install(monkeypatch):
    monkeypatch.delitem(sys.modules, "voiceprep.text.frontends.ja", raising=False)
    monkeypatch.delitem(sys.modules, "voiceprep.text.frontends.openjtalk", False)
    monkeypatch.setitem(sys.modules, "pyopenjtalk", None)
    with pytest.raises(ToolMissing) as caught:
        find_row("ja").load()
    assert caught.value.tool == "pyopenjtalk"


PROGRAM = """
import socket, sys
def refuse(*_):
    raise AssertionError("it uses the network")
socket.socket.connect = socket.getaddrinfo = socket.create_connection = refuse
sys.modules["onnxruntime"] = None
from voiceprep.text.encode import TextConfig
from voiceprep.text.frontends import make_frontend
make_frontend(TextConfig()).encode("a")
assert "pyopenjtalk" not in sys.modules
for variant in ("phonemes", "kana"):
    frontend = make_frontend(TextConfig(frontend="ja", variant=variant))
    for text in ("何ですか", "風がこんな風に吹く", "ー", "！あ", "♪", "", "𡾞￼", "。"):
        frontend.encode(text)
"""


def test_it_uses_no_network_and_prints_nothing(tmp_path):
    result = run_code(PROGRAM, tmp_path)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
