"""Korean words whose pronunciation the spelling does not show, by the articles of the standard.

Each is respelt so that the rules for pairs of sounds give its pronunciation: 발전 as 발쩐.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

# Every syllable that has a coda, that has the coda ㄹ, or that begins with a consonant.
_CODA = "".join(f"{chr(start + 1)}-{chr(start + 27)}" for start in range(0xAC00, 0xD7A4, 28))
_CODA, _L = f"[{_CODA}]", f"[{''.join(chr(start + 8) for start in range(0xAC00, 0xD7A4, 28))}]"
_CONSONANT = "[가-앃자-힣]"
_HANGUL = "[가-힣]"
_END = f"(?!{_HANGUL})"

# Wherever they stand; with ^, at the start of a word only, as 건물가격 holds no 물가.
WORDS = {
    "10": "넓죽=넙죽 넓둥글=넙둥글 넓적=넙적",
    "15": """겉옷=거돋 홑옷=호돋 웃옷=우돋 맛없=마덦 멋없=머덦 값없=가벖 넋없=너겂 값어치=가버치
        헛웃음=허두슴 젖어미=저더미 첫인상=처딘상 첫인사=처딘사 첫아들=처다들 첫아이=처다이
        웃어른=우더른 낱알=나달 팥알=파달 옆얼굴=여벌굴 몇월=며둴""",
    # The names of the letters, with every ending.
    "16": "디귿=디긋 지읒=지읏 치읓=치읏 키읔=키윽 티읕=티읏 피읖=피읍 히읗=히읏",
    # An elder brother: the only ㄷ before 혀 that is not of a verb.
    "17": "맏형=마텽",
    "20": """의견란=의견난 임진란=임진난 생산량=생산냥 결단력=결딴녁 공권력=공꿘녁 동원령=동원녕
        상견례=상견녜 횡단로=횡단노 이원론=이원논 입원료=이붠뇨 구근류=구근뉴 판단력=판단녁
        추진력=추진녁 음운론=으문논 등산로=등산노""",
    "26": """갈등=갈뜽 ^발동=발똥 ^절도=절또 ^말살=말쌀 ^불소=불쏘 ^일시=일씨 갈증=갈쯩 물질=물찔
        발전=발쩐 몰상식=몰쌍식 불세출=불쎄출 발달=발딸 결정=결쩡 ^실제=실쩨 활동=활똥
        절대=절때 출신=출씬 발생=발쌩 열심=열씸 결심=결씸 일정=일쩡 설정=설쩡 출생=출쌩
        ^달성=달썽 ^발상=발쌍 일상=일쌍 필수=필쑤 ^별도=별또 ^철도=철또 결석=결썩 ^실수=실쑤
        ^실시=실씨 설득=설뜩 ^출석=출썩 ^출시=출씨 칠십=칠씹 팔십=팔씹 질서=질써 ^물자=물짜
        ^일종=일쫑 결제=결쩨 결실=결씰 멸종=멸쫑 불신=불씬 활성=활썽 ^골동=골똥 출동=출똥
        ^열정=열쩡 ^열중=열쭝 ^활자=활짜 ^일단=일딴 ^율동=율똥 ^실습=실씁 ^실상=실쌍
        ^밀도=밀또 밀접=밀쩝 ^월세=월쎄 절실=절씰 ^절전=절쩐 ^결산=결싼 결승=결씅 ^결손=결쏜
        ^일제=일쩨 ^물정=물쩡 ^탈세=탈쎄 ^별세=별쎄 ^불순=불쑨 ^불시=불씨 ^실질=실찔
        ^설사=설싸 ^졸속=졸쏙 삼일절=삼일쩔""",
    # Compounds that are pronounced as if there were a sai-siot between their parts, and
    # Sino-Korean words that the dictionary gives alike.
    "28": """문고리=문꼬리 눈동자=눈똥자 ^신바람=신빠람 ^산새=산쌔 손재주=손째주 ^길가=길까
        물동이=물똥이 발바닥=발빠닥 ^굴속=굴쏙 ^술잔=술짠 바람결=바람껼 그믐달=그믐딸
        아침밥=아침빱 ^강가=강까 초승달=초승딸 ^등불=등뿔 ^창살=창쌀 강줄기=강쭐기
        ^손등=손뜽 눈사람=눈싸람 손바닥=손빠닥 밤거리=밤꺼리 ^글자=글짜 보름달=보름딸
        ^산골=산꼴 ^안방=안빵 물고기=물꼬기 ^술집=술찝 빵집=빵찝 길거리=길꺼리 김밥=김빱
        비빔밥=비빔빱 볶음밥=볶음빱 ^들것=들껏 ^논둑=논뚝 ^한자=한짜 한자리=한자리
        ^문자=문짜 ^인기=인끼 인기척=인기척 ^사건=사껀 조건=조껀 ^여건=여껀 ^요건=요껀
        ^안건=안껀 ^용건=용껀 ^문법=문뻡 ^헌법=헌뻡 ^민법=민뻡 ^형법=형뻡 사용법=사용뻡
        성격=성껵 ^인격=인껵 평가=평까 ^물가=물까 ^원가=원까 ^단가=단까 ^장점=장쩜
        ^단점=단쩜 ^초점=초쩜 ^관점=관쩜 ^원점=원쩜 ^강점=강쩜 ^쟁점=쟁쩜 ^허점=허쩜
        문제점=문제쩜 ^내과=내꽈 ^외과=외꽈 ^치과=치꽈 ^성과=성꽈 ^인권=인꿘 ^정권=정꿘
        ^여권=여꿘 ^주권=주꿘 ^증권=증꿘 ^상권=상꿘 ^통증=통쯩 ^염증=염쯩 가능성=가능썽
        필요성=필요썽 중요성=중요썽 안전성=안전썽 다양성=다양썽 생산성=생산썽 효율성=효율썽""",
    # No general rule says where ㄴ is inserted: these, and the patterns below.
    "29": """막일=막닐 삯일=삭닐 밭일=받닐 논일=논닐 집안일=집안닐 앞일=압닐 잡일=잡닐 들일=들릴
        볼일=볼릴 옛일=옏닐 헛일=헏닐 궂은일=궂은닐 맨입=맨닙 내복약=내복냑 알약=알략
        물약=물략 남존여비=남존녀비 신여성=신녀성 늑막염=늑막념 담요=담뇨 눈요기=눈뇨기
        영업용=영업뇽 식용유=시굥뉴 휘발유=휘발류 백분율=백분뉼 밤윷=밤늋 설익=설릭
        불여우=불려우 유들유들=유들류들 색유리=색뉴리 판유리=판뉴리 검열=검녈 금융=금늉
        이죽이죽=이중니죽 야금야금=야금냐금 서울역=서울력 부산역=부산녁 용산역=용산녁
        강남역=강남녁""",
    "30.3": "베갯잇=베갣닛 도리깻열=도리깯녈 뒷윷=뒫늋 뒷일=뒫닐 예삿일=예삳닐 훗일=훋닐",
}


class Pattern(NamedTuple):
    """What is respelt between what stands before it and, as a regular expression, after it."""

    article: str
    before: str
    found: str
    after: str
    respelt: str


PATTERNS = (
    Pattern("10", "", "밟", "(?=[가-앃자-핗])", "밥"),
    # The coda of nouns, which does not change before ㄱ as that of verbs does.
    Pattern("11", "", "닭", "(?=[가-깋하-힣])", "닥"),
    Pattern("11", "", "흙", "(?=[가-깋하-힣])", "흑"),
    Pattern("11", "", "칡", "(?=[가-깋하-힣])", "칙"),
    Pattern("11", "", "슭", "(?=[가-깋하-힣])", "슥"),
    # Nouns in ㄻ and ㄼ: nothing is tense after them.
    Pattern("24", "", "삶", "(?=[과도])", "삼"),
    Pattern("24", "", "앎", "(?=[과도])", "암"),
    Pattern("25", "", "여덟", f"(?={_CONSONANT})", "여덜"),
    # Causatives, whose 기 stays lax.
    Pattern("24", "", "굶", "(?=기)", "굼"),
    Pattern("24", "", "옮", "(?=기)", "옴"),
    Pattern("24", "", "곪", "(?=기)", "곰"),
    Pattern("26", _L, "적", "(?=[인임]|이[고다며면]|으로)", "쩍"),
    Pattern("27", _L, "수록", "", "쑤록"),
    Pattern("27", _L, "지라도", "", "찌라도"),
    Pattern("27", _L, "지언정", "", "찌언정"),
    Pattern("27", _L, "진대", "", "찐대"),
    Pattern("27", "[할갈올볼될을일릴]", "지", f"(?=[는도를]?{_END})", "찌"),
    Pattern("27", "[할갈줄올볼될을낼릴]", "게", f"(?=요?{_END})", "께"),
    Pattern("27", "[할갈올볼될을일]", "걸", f"(?=요?{_END})", "껄"),
    Pattern("27", "할", "밖에", "", "빠께"),
    Pattern("27", "할", "세라", "", "쎄라"),
    # Before the nouns that depend on a verb, which is the one change across a space.
    Pattern("27", f"{_L} ", "것", "", "껏"),
    Pattern("27", f"{_L} ", "거", f"(?=(?:야|예요|고|다|라고|라는|니까|지|면)?{_END})", "꺼"),
    Pattern("27", f"{_L} ", "겁", "(?=니)", "껍"),
    Pattern("27", f"{_L} ", "수", "(?=(?:가|는|도|만|밖에)? [있없])", "쑤"),
    Pattern("27", f"{_L} ", "줄", "(?=[은을도만]? [알모몰])", "쭐"),
    Pattern("27", f"{_L} ", "듯", "", "뜻"),
    Pattern("27", f"{_L} ", "적에", _END, "쩍에"),
    Pattern("27", f"{_L} ", "데", "(?=[가도]? [있없])", "떼"),
    # Nouns that ㄴ is inserted before wherever a coda is in front of them.
    Pattern("29", _CODA, "잎", "", "닢"),
    Pattern("29", _CODA, "엿", "", "녓"),
    Pattern("29", _CODA, "이불", "", "니불"),
    Pattern("29", _CODA, "여름", "", "녀름"),
    Pattern("29", _CODA, "연필", "", "년필"),
    Pattern("29", _CODA, "열차", "", "녈차"),
    Pattern("29", _CODA, "윤리", "", "뉸리"),
    Pattern("29", "[열물른흔쉰순든]", "여", "(?=[섯덟])", "녀"),
    Pattern("29", "[십백천만억]", "육", "", "뉵"),
)

# Article 24: stems in ㄴ and ㅁ, and the endings that make no other word with them.
STEMS = {
    "안": "고 거나 습",
    "신": "다 습",
    "남": "고 다 지 게 던 거나 도록 습",
    "넘": "고 다 지 게 던 거나 도록 습",
    "담": "고 다 지 거나 도록 습",
    "심": "고 다 거나 습",
    "숨": "고 다 거나 습",
    "품": "고 다 지 거나 습",
    "감": "고 다 거나 습",
    "삼": "고 다 거나 습",
    "참": "다 지 거나 습",
    "다듬": "고 다 지 게 던 도록 습",
    "더듬": "고 다 지 게 던 도록 습",
    "머금": "고 다 지 게 던 도록 습",
}
_TENSE = str.maketrans("고다지게던습거도", "꼬따찌께떤씁꺼또")
# 남다르다 and 참다운 are no forms of 남다 and 참다.
_AFTER = {"다": f"(?=[가고는니며면]|{_END})", "습": "(?=[니디])"}


def _all_patterns() -> Iterator[Pattern]:
    """All that is respelt: words, patterns, and stems with their endings."""
    for article, words in WORDS.items():
        for pair in words.split():
            found, respelt = pair.removeprefix("^").split("=")
            yield Pattern(article, "^" if pair[0] == "^" else "", found, "", respelt)
    yield from PATTERNS
    for stem, endings in STEMS.items():
        # Also as the second verb of a compound: 살아남고, 끌어안고.
        before = "^[아어켜껴싸]" if len(stem) == 1 else ""
        for ending in endings.split():
            respelt = stem + ending.translate(_TENSE)
            yield Pattern("24", before, stem + ending, _AFTER.get(ending, ""), respelt)


def _expression(entry: Pattern) -> str:
    """The pattern, its letters first, which makes the search for hundreds of them fast."""
    _, before, found, after, _ = entry
    places = [f"(?<={before.lstrip('^')}{found})"] if before.lstrip("^") else []
    if before.startswith("^"):
        places.append(f"(?<!{_HANGUL}{found})")
    return f"{found}{'(?:' if places else ''}{'|'.join(places)}{')' if places else ''}{after}"


_RESPELT = {entry.found: entry.respelt for entry in _all_patterns()}
_FOUND = re.compile(
    "|".join(map(_expression, sorted(_all_patterns(), key=lambda entry: -len(entry.found))))
)


def respell(text: str) -> str:
    """The text with these words respelt."""
    return _FOUND.sub(lambda match: _RESPELT[match[0]], text)
