import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceprep.errors import SettingError
from voiceprep.text.encode import TextConfig
from voiceprep.text.frontends import load_frontend, make_frontend
from voiceprep.text.frontends.ko import PUNCTUATION

SYLLABLES = st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3)
SENTENCE = st.lists(st.text(SYLLABLES, min_size=1, max_size=6), min_size=1, max_size=6)


def korean(variant=""):
    return make_frontend(TextConfig(frontend="ko", variant=variant))


def nfd(text):
    return tuple(unicodedata.normalize("NFD", text))


def test_a_sentence_as_it_is_pronounced():
    encoding = korean().encode("3월에 국물 6그릇을 먹었습니까?")
    assert encoding.cleaned == "삼월에 국물 여섯 그릇을 먹었습니까?"
    assert encoding.stages == (
        ("numbers", "삼월에 국물 여섯 그릇을 먹었습니까?"),
        ("spoken", "사뭐레 궁물 여섣 그르슬 머걷씀니까?"),
    )
    assert encoding.symbols == nfd("사뭐레 궁물 여섣 그르슬 머걷씀니까?")
    assert (encoding.unknown, encoding.notes) == ((), ())


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("꽃잎이 물 위로 떨어졌다.", "꼰니피 물 위로 떠러젇따."),
        ("닭이 울기 전에 같이 갑시다.", "달기 울기 저네 가치 갑씨다."),
        ("이렇게 많은 책을 다 읽는 줄 몰랐어요.", "이러케 마는 채글 다 잉는 줄 몰라써요."),
        ("내일은 갈 수 있을 것 같습니다.", "내이른 갈 쑤 이쓸 껃 갇씀니다."),
        ("협력이 없으면 발전도 없습니까?", "혐녀기 업쓰면 발쩐도 업씀니까?"),
        ("괜찮습니다, 앉으세요.", "괜찬씀니다, 안즈세요."),
        ("끝이 좋지 않아 입학을 못 했다.", "끄치 조치 아나 이파글 몯 핻따."),
    ],
)
def test_sentences_follow_the_standard(written, spoken):
    assert dict(korean().encode(written).stages)["spoken"] == spoken


def test_or_as_it_is_written():
    encoding = korean("written").encode("값이 얼마예요?")
    assert encoding.symbols == nfd("값이 얼마예요?")
    assert dict(encoding.stages) == {"numbers": "값이 얼마예요?"}


def test_the_symbols_are_jamo_of_their_own_for_onsets_vowels_and_codas():
    spoken, written = korean().symbols, korean("written").symbols
    for table, codas in ((spoken, 7), (written, 27)):
        assert table[: 1 + len(PUNCTUATION)] == ("_", *PUNCTUATION)
        assert len(table) == 1 + len(PUNCTUATION) + 19 + 21 + codas
    assert {*spoken} < {*written}


@given(SENTENCE, st.sampled_from(["", ".", "?", "!", "…"]))
def test_written_symbols_are_the_text_apart(words, mark):
    text = " ".join(words) + mark
    encoding = korean("written").encode(text)
    assert unicodedata.normalize("NFC", "".join(encoding.symbols)) == text
    assert encoding.symbols == nfd(text)


@given(SENTENCE)
def test_a_text_is_read_alike_in_both_normal_forms(words):
    text = " ".join(words)
    composed, apart = map(korean().encode, (text, unicodedata.normalize("NFD", text)))
    assert (composed.ids, composed.unknown) == (apart.ids, apart.unknown)


@given(st.text())
def test_any_text_becomes_hangul_and_punctuation(text):
    for variant in ("spoken", "written"):
        encoding = korean(variant).encode(text)
        assert {*encoding.symbols} <= {*korean(variant).symbols[1:]}
        read = unicodedata.normalize("NFC", "".join(encoding.symbols))
        assert all("가" <= one <= "힣" or one in PUNCTUATION for one in read)


@pytest.mark.parametrize(
    ("typed", "read", "note"),
    [
        ("KBS 뉴스", "케이비에스 뉴스", "KBS is read by its letters: 케이비에스"),
        ("ㅋㅋㅋ 네", "크크크 네", "ㅋㅋㅋ is read as 크크크"),
        ("ㄷ과 ㅏ", "디귿과 아", "ㄷ is read as 디귿"),
    ],
)
def test_letters_are_read_by_their_names_and_noted(typed, read, note):
    encoding = korean().encode(typed)
    assert encoding.cleaned == read
    assert note in encoding.notes
    assert not encoding.unknown


@pytest.mark.parametrize("lost", ["漢", "😀", "ᄒᆞᆫ", "_", "é"])
def test_hanja_emoji_and_old_hangul_are_listed(lost):
    encoding = korean().encode(f"말 {lost}")
    assert (encoding.cleaned, "".join(encoding.unknown)) == ("말", lost)


def test_marks_keep_their_meaning_and_full_width_is_plain():
    encoding = korean().encode("「네」... ５㎞？ 서울·부산")
    assert encoding.cleaned == '"네"… 오킬로미터? 서울, 부산'


def test_other_variants_are_refused():
    with pytest.raises(SettingError):
        korean("kana")
    state = korean().state.to_plain() | {"options": {"variant": "sung"}}
    with pytest.raises(SettingError):
        load_frontend(type(korean().state).from_plain(state))
