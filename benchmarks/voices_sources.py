"""The clips of voices.py, as their sources have them: sample recordings, synthesizers, volunteers.

A voice of flite or festival speaks single words, sentences, and up to eight sentences in one clip.
No sentence is spoken twice by a voice, and two of them share one phrase at most, so that none of
them are near copies.
"""

import gzip
import hashlib
import re
import subprocess
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from xml.etree import ElementTree

KLETTRES = Path("/usr/share/klettres")
PROMPTS = {
    "es": Path("/usr/share/asterisk/sounds/es_MX_f_Allison"),
    "it": Path("/usr/share/asterisk/sounds/it_IT_m_Carlo"),
}
FESTIVAL = Path("/usr/share/festival/voices")
FLITE_VOICES = ("slt", "rms", "awb", "kal", "kal16")
# A voice of festival: the language it speaks, the encoding of its texts, its package.
FESTIVAL_VOICES = {
    "kal_diphone": ("en", "utf-8", "festvox-kallpc16k"),
    "ked_diphone": ("en", "utf-8", "festvox-kdlpc16k"),
    "cmu_us_slt_arctic_hts": ("en", "utf-8", "festvox-us-slt-hts"),
    "lp_diphone": ("it", "iso-8859-1", "festvox-italp16k"),
    "pc_diphone": ("it", "iso-8859-1", "festvox-itapc16k"),
    "upc_ca_ona_hts": ("ca", "iso-8859-15", "festvox-ca-ona-hts"),
    "czech_dita": ("cs", "iso-8859-2", "festvox-czech-dita"),
    "czech_krb": ("cs", "iso-8859-2", "festvox-czech-krb"),
    "czech_machac": ("cs", "iso-8859-2", "festvox-czech-machac"),
    "czech_ph": ("cs", "iso-8859-2", "festvox-czech-ph"),
    "hy_fi_mv_diphone": ("fi", "iso-8859-1", "festvox-suopuhe-mv"),
    "suo_fi_lj_diphone": ("fi", "iso-8859-1", "festvox-suopuhe-lj"),
    "msu_ru_nsh_clunits": ("ru", "utf-8", "festvox-ru"),
    "hindi_NSK_diphone": ("hi", "utf-8", "festvox-hi-nsk"),
    "marathi_NSK_diphone": ("mr", "utf-8", "festvox-mr-nsk"),
    "telugu_NSK_diphone": ("te", "utf-8", "festvox-te-nsk"),
}
WORDS = 12
# How many clips of so many sentences each voice speaks.
GROUPS = {1: 30, 2: 9, 4: 4, 8: 2}


@dataclass(frozen=True)
class Recording:
    """A clip as its source has it; `text` is empty where none is known."""

    source: str
    voice: str
    language: str
    id: str
    sound: Path
    text: str

    @property
    def set(self) -> str:
        return f"{self.source}-{self.voice}"


def digest(set: str, id: str) -> bytes:
    """By which clips are held, chosen and drawn: always the same ones, whatever else there is."""
    return hashlib.sha256(f"{set}/{id}".encode()).digest()


def missing_packages() -> list[str]:
    """The Debian packages that must be installed before anything can be gathered."""
    wanted = {"flite": Path("/usr/bin/flite"), "festival": Path("/usr/bin/festival")}
    wanted |= {"klettres-data": KLETTRES}
    for voice, (_, _, package) in FESTIVAL_VOICES.items():
        wanted[package] = next(FESTIVAL.glob(f"*/{voice}"), FESTIVAL / voice)
    for language, folder in PROMPTS.items():
        wanted[f"asterisk-core-sounds-{language}-wav"] = folder
        wanted[f"asterisk-core-sounds-{language}"] = _prompt_texts(language)
    # The languages of festival, without which their voices do not speak.
    for name in ("ca", "czech", "hi", "mr", "te"):
        wanted[f"festival-{name}"] = Path(f"/usr/share/doc/festival-{name}")
    return sorted(package for package, path in wanted.items() if not path.exists())


def all_recordings(samples: Path, scratch: Path) -> Iterator[Recording]:
    """Every clip of every source; what is synthesized is written to `scratch`."""
    yield from sample_recordings(samples)
    for voice in FLITE_VOICES:
        yield from spoken_by_flite(voice, scratch)
    for voice in FESTIVAL_VOICES:
        yield from spoken_by_festival(voice, scratch)
    yield from volunteers(KLETTRES)
    for language, folder in PROMPTS.items():
        text = gzip.decompress(_prompt_texts(language).read_bytes()).decode()
        yield from prompts(language, folder, text)


def sample_recordings(folder: Path) -> Iterator[Recording]:
    """Those of every dataset in `folder`: wavs/ with a metadata.csv of id|text."""
    for table in sorted(folder.glob("*/metadata.csv")):
        rows = [line.split("|") for line in table.read_text(encoding="utf-8").splitlines()]
        for id, *texts in rows:
            path = table.parent / "wavs" / f"{id}.wav"
            yield Recording("sample", table.parent.name, "en", id, path, texts[-1])


def made_texts(language: str) -> list[str]:
    """Single words, sentences, and several sentences, all different."""
    table = tomllib.loads(Path(__file__).with_name("voices_texts.toml").read_text("utf-8"))
    first, second, third = table[language]["phrases"]
    words = dict.fromkeys(phrase.split()[-1] for phrase in (*first, *second, *third))
    sentences = iter(
        f"{first[a]} {second[b]} {third[(a + b) % len(third)]}."
        for b in range(len(second))
        for a in range(len(first))
    )
    groups = [
        " ".join(islice(sentences, size)) for size, count in GROUPS.items() for _ in range(count)
    ]
    return [*islice(words, WORDS), *groups]


def spoken_by_flite(voice: str, scratch: Path) -> Iterator[Recording]:
    for number, text in enumerate(made_texts("en")):
        path = scratch / f"flite-{voice}-{number:02}.wav"
        subprocess.run(["flite", "-voice", voice, "-t", text, "-o", str(path)], check=True)
        yield Recording("flite", voice, "en", f"{number:02}", path, text)


def spoken_by_festival(voice: str, scratch: Path) -> Iterator[Recording]:
    language, encoding, _ = FESTIVAL_VOICES[voice]
    texts = made_texts(language)
    paths = [scratch / f"{voice}-{number:02}.wav" for number in range(len(texts))]
    script = scratch / f"{voice}.scm"
    script.write_bytes(festival_script(voice, texts, paths).encode(encoding))
    subprocess.run(["festival", "-b", str(script)], check=True, capture_output=True)
    for number, (path, text) in enumerate(zip(paths, texts, strict=True)):
        yield Recording("festival", voice, language, f"{number:02}", path, text)


def festival_script(voice: str, texts: Sequence[str], paths: Sequence[Path]) -> str:
    """Commands of festival that speak every text to its path."""
    lines = [f"(voice_{voice})"]
    for text, path in zip(texts, paths, strict=True):
        lines.append(f'(set! spoken (Utterance Text "{text}"))')
        lines.append(f'(utt.synth spoken)\n(utt.save.wave spoken "{path}" \'riff)')
    return "\n".join(lines) + "\n"


def volunteers(folder: Path) -> Iterator[Recording]:
    """The letters and syllables of klettres, with what its lists say they are."""
    for listed in sorted(folder.glob("*/sounds.xml")):
        texts = {}
        for sound in ElementTree.parse(listed).iter("sound"):
            texts[sound.attrib["file"]] = sound.attrib["name"]
        for path in sorted(listed.parent.glob("*/*.ogg")):
            language, kind, name = path.relative_to(folder).with_suffix("").parts
            text = texts.get(path.relative_to(folder).as_posix(), "")
            yield Recording("klettres", language, language, f"{kind}-{name}", path, text)


def prompts(language: str, folder: Path, listed: str) -> Iterator[Recording]:
    """The prompts of a voice; `listed` has lines of `name: text`."""
    texts = prompt_texts(listed)
    for path in sorted(folder.rglob("*.wav")):
        name = path.relative_to(folder).with_suffix("").as_posix()
        id = name.replace("/", "-")
        yield Recording("asterisk", language, language, id, path, texts.get(name, ""))


def prompt_texts(listed: str) -> dict[str, str]:
    """The texts by name, without the remarks in brackets, which nobody speaks."""
    rows = (line.partition(":") for line in listed.splitlines() if not line.startswith(";"))
    texts = {name.strip(): re.sub(r"\[.*?\]|\(.*?\)", "", text) for name, _, text in rows}
    return {name: " ".join(text.split()) for name, text in texts.items() if text.strip()}


def _prompt_texts(language: str) -> Path:
    return Path(f"/usr/share/doc/asterisk-core-sounds-{language}/core-sounds-{language}.txt.gz")
