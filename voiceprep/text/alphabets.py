"""Written languages: their letters and most frequent words, and the encodings that they are in."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import log

# The cost of a letter that a language does not have, in nats; a rare Chinese character costs as
# much.
FOREIGN = 9.0
# Characters of East Asia: the most frequent ones, and those in the first part of a national
# standard, which lists the usual ones before the rare ones.
_FREQUENT, _USUAL, _KANA = 4.5, 6.5, 4.0
_SIMPLIFIED = (
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发"
    "后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开"
    "但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并"
)
_TRADITIONAL = (
    "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發"
    "後作裡用道行所然家種事成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心她本前開"
    "但因只從想實日軍者意無力它與長把機十民第公此已工使情明性知全三又關點正業外將兩高間由問很最重並"
)
_KANJI = (
    "日一国人年大十二本中長出三時行見月分後前生五間上東四今金九入学高円子外八六下来気小七山話女北午"
    "百書先名川千水半男西電校語土木聞食車何南万毎白天母火右読友左休父雨飲私言思手事自者方的物新場員"
)
_SYLLABLES = (
    "이다는을의에가고하지기도한사로리자어나시라서은들아스그대인일여부수정과전상보를해제있주만게것았원장"
    "안니모성들세국공요구었습면거선동관신말음미경적오유개위우학방실생내년물소조단저당무없녕네감합까"
)


@dataclass(frozen=True)
class Language:
    """A language that an encoding may hold.

    `letters` are those that ASCII lacks, the most frequent one first; `words` are frequent and in
    ASCII. `cost` replaces the letters where there are too many of them.
    """

    name: str
    encodings: tuple[str, ...]
    letters: str = ""
    words: str = ""
    cost: Callable[[str], float] | None = None

    @cached_property
    def costs(self) -> dict[str, float]:
        """The cost of each letter, as if its frequency were inverse to its rank (Zipf's law)."""
        total = sum(1 / rank for rank in range(1, len(self.letters) + 1))
        return {letter: log(rank * total) for rank, letter in enumerate(self.letters, start=1)}

    @cached_property
    def frequent(self) -> frozenset[str]:
        """Its frequent words as a set."""
        return frozenset(self.words.split())

    def letter_cost(self, letter: str) -> float:
        """The cost of one letter that is not ASCII, in nats."""
        if self.cost:
            return self.cost(letter)
        return self.costs.get(letter.lower(), FOREIGN)


def _first_byte(letter: str, encoding: str) -> int:
    """The first byte of a letter; 0 where the encoding lacks it."""
    try:
        return letter.encode(encoding)[0]
    except UnicodeEncodeError:
        return 0


def _rated(frequent: str, encoding: str, first: int, last: int) -> Callable[[str], float]:
    """The cost of a character that is frequent, usual or rare in East Asia.

    A usual one has a first byte from `first` to `last` in a national encoding.
    """
    known = dict.fromkeys(frequent, _FREQUENT)

    def cost(letter: str) -> float:
        if letter not in known:
            usual = first <= _first_byte(letter, encoding) <= last
            known[letter] = _USUAL if usual else FOREIGN
        return known[letter]

    return cost


_kanji = _rated(_KANJI, "euc_jp", 0xB0, 0xCF)


def _japanese(letter: str) -> float:
    return _KANA if "\u3041" <= letter <= "\u30fe" else _kanji(letter)


_WEST = ("cp1252", "mac_roman", "iso8859_15", "cp850")
_EAST = ("cp1250", "iso8859_2", "cp852")
_BALTIC = ("cp1257", "iso8859_13")
_CYRILLIC = ("cp1251", "koi8_r", "koi8_u", "cp866", "iso8859_5", "mac_cyrillic")
_UTF_16 = ("utf_16_le", "utf_16_be")

LANGUAGES = (
    Language(
        "English",
        _WEST,
        "éèêçïöüñáàäåëôíóøâæœîûúãß",
        "the and of to in is that it was he for with as his on be at by had not are but this you "
        "she we they from have which or one all her were there been what when who will no if out",
    ),
    Language(
        "French",
        _WEST,
        "éàèêçâîùôûïœëüÿæ",
        "le la les de des du et en un une que qui dans il elle est pas pour sur ce ne au",
    ),
    Language(
        "German",
        _WEST,
        "üäößéàè",
        "der die das und in den von zu mit sich des auf ist nicht ein eine als auch es an er",
    ),
    Language(
        "Spanish",
        _WEST,
        "óíáéñúü",
        "el la los las de que y en un una por con no su se lo como para del es al",
    ),
    Language(
        "Portuguese",
        _WEST,
        "ãçáéíóêõúâàôü",
        "o a os as de que e do da em um uma para com se na por mais dos como mas ao",
    ),
    Language(
        "Italian",
        _WEST,
        "èàòùìéóî",
        "il la le di che e un una in per non con del si da come al sono i della dei",
    ),
    Language(
        "Catalan",
        _WEST,
        "àéóèíòçúïü",
        "el la els les de que i en un una per amb no es al del com va",
    ),
    Language(
        "Dutch",
        _WEST,
        "éëïöüèóáê",
        "de het een en van in is dat op te zijn met niet voor er aan hij die was",
    ),
    Language(
        "Swedish",
        _WEST,
        "äåöéü",
        "och i att det som en av den till han med inte hon var jag ett om",
    ),
    Language(
        "Danish, Norwegian",
        _WEST,
        "øåæéòêôü",
        "og i det at en er den til av af som ikke jeg han med var for hun de der",
    ),
    Language("Icelandic", _WEST, "áðíéóæúöýþ", "og a er um sem en var hann til ekki af"),
    Language("Finnish", _WEST, "äöå", "ja on ei se oli joka mutta niin kun ovat"),
    Language("Estonian", (*_WEST, *_BALTIC), "äõüö", "ja on ei et see oli ta kui ka mis"),
    Language("Polish", _EAST, "łęąóżśćńź", "i w na z nie do to jest po od jak o za co"),
    Language(
        "Czech",
        _EAST,
        "íáěéřýčžšůúťňďóö",
        "a v se na je to z s do o jako ale za by po jsem",
    ),
    Language("Slovak", _EAST, "áíčéžýšľúťňôďäóĺŕ", "a v sa na je to z s do o ako ale za by po som"),
    Language(
        "Slovene, Croatian",
        _EAST,
        "čšžćđ",
        "je in se da na so za pa ki i u od ne su ali kao po bio",
    ),
    Language("Hungarian", _EAST, "áéöóőíüúű", "a az hogy nem is egy ez volt de meg csak el ha"),
    Language("Romanian", _EAST, "ăşţîâșț", "de la cu nu pe un o ce din este care mai"),
    Language(
        "Turkish", ("cp1254", "iso8859_9"), "ışüğöçâîİû", "bir ve bu da de ne o kadar gibi daha"
    ),
    Language("Lithuanian", _BALTIC, "ėšįųžūčąę", "ir kad su tai yra bet jis kaip ne buvo"),
    Language("Latvian", _BALTIC, "āīēšņļžūķģč", "un ir ka no uz ar par bet kas tas"),
    Language("Russian", _CYRILLIC, "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё"),
    Language("Ukrainian", _CYRILLIC, "оаниівтреслкудмпязьбгйчхїцжєюшщґф"),
    Language("Bulgarian", _CYRILLIC, "аоиетнрсвлкдмпязгуъбчцжйхшщюфь"),
    Language("Serbian", _CYRILLIC, "аоиенјрстувкмдлпзбгчшцњљђћжхџф"),
    Language("Greek", ("cp1253", "iso8859_7"), "αοιετσνηυρπκμλςωάίόέήύδγχθφβξζώψϊϋΐΰ"),
    Language("Hebrew", ("cp1255",), "יוהלאתרמבשנעםדקחפכטגזסצןךףץ"),
    Language("Arabic", ("cp1256",), "اليمنرتبوةعدسفهحقكجأشطصخضذإزثىغءآئظؤ"),
    Language("Thai", ("cp874",), "าี่นรกอเ้งมยลัวดิทสตะปุ์บคหแืจพำชขใไ็ูโผซธถญศฟภึษฉฐณฤฒฬฆฎฌฏฑฮ"),
    Language("Japanese", ("cp932", "euc_jp", *_UTF_16), cost=_japanese),
    Language(
        "Chinese, simplified", ("gb18030", *_UTF_16), cost=_rated(_SIMPLIFIED, "gb2312", 0xB0, 0xD7)
    ),
    Language(
        "Chinese, traditional",
        ("big5hkscs", "cp950", *_UTF_16),
        cost=_rated(_TRADITIONAL, "big5", 0xA4, 0xC5),
    ),
    Language("Korean", ("cp949", *_UTF_16), cost=_rated(_SYLLABLES, "euc_kr", 0xB0, 0xC8)),
)
