"""What others find of the same faults in the same clips, at the limits that they come with.

python benchmarks/self_test_peers.py RECORDINGS SENTENCES.txt AUDIO_QA

The clips are those of self_test.py. AUDIO_QA is a checkout of
github.com/EmmanuelleB985/audio-data-quality-tool, whose checks are run as they are. Of the others
the rule is taken as it is published: coqui's notebook AnalyzeDataset flags what takes more than
0.213 s a character, and means to flag what is three standard deviations off; Emilia leaves out what
is beyond 1.5 interquartile ranges of seconds a character; VoxKitchen's recipe for TTS wants a peak
15 dB over the mean power, which it calls snr.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from self_test import drawn, pooled, read_recordings, spoken
from silence_truth import ESPEAK, FLITE

from voiceprep.audio.checks import CHECKS as AUDIO_CHECKS
from voiceprep.audio.convert import load_as_is
from voiceprep.audio.faults import FAULTS as AUDIO_FAULTS
from voiceprep.audio.features import AudioFeatures
from voiceprep.clip import Clip
from voiceprep.commands.report.self_test import try_texts
from voiceprep.quality.check import Check, Measurement
from voiceprep.quality.fault import Fault
from voiceprep.quality.score import Score, scores
from voiceprep.quality.trial import gather, read_each
from voiceprep.text.checks import CHECKS as TEXT_CHECKS
from voiceprep.text.encode import encode
from voiceprep.text.faults import FAULTS as TEXT_FAULTS
from voiceprep.text.frontends.nvidia import NvidiaFrontend
from voiceprep.text.spoken import SpokenText

Z, CPS, COQUI_SECONDS, FENCES, CREST_DB = 3.0, (5.0, 25.0), 0.213, 1.5, 15.0
THEIRS = ("coqui", "coqui,", "Emilia", "audio-qa", "VoxKitchen")
TEXTS = ("coqui notebook", "coqui, as meant", "Emilia", "audio-qa transcript_ratio")
FOUND_BY = {
    "clipping": ("audio-qa clipping",),
    "clipped_lowered": ("audio-qa clipping",),
    "white_hiss": ("audio-qa noise", "VoxKitchen snr"),
    "pink_hiss": ("audio-qa noise", "VoxKitchen snr"),
    "band_limit": ("audio-qa upsampling",),
    "mp3": ("audio-qa upsampling",),
    "tail_silence": ("audio-qa silence",),
    "digital_tail": ("audio-qa silence",),
    "copied": ("audio-qa duplicates",),
    "shortened_text": TEXTS,
    "swapped_texts": TEXTS,
}


def main(recordings: Path, sentences: Path, audio_qa: Path) -> None:
    sys.path.insert(0, str(audio_qa))
    with TemporaryDirectory() as scratch:
        voices = [read_recordings(recordings, Path(scratch, "recordings"))]
        texts = drawn(sentences)
        voices += [spoken(Path(scratch, voice), voice, texts) for voice in (*FLITE, *ESPEAK)]
        found = [scored(*voice) for voice in voices]
    print("| fault | by | small | moderate | large | false alarms | precision |")
    print("|---|---|---|---|---|---|---|")
    for fault in FOUND_BY:
        for name in found[0]:
            if name[0] == fault:
                sizes = [pooled([rows[name][size] for rows in found]) for size in range(3)]
                print(line(*name, sizes))


def scored(dataset: Path, clips: Sequence[Clip]) -> dict[tuple[str, str], list[Score]]:
    """The scores of ours and of theirs by fault and check, a small fault first."""
    print(dataset.name, file=sys.stderr)
    checks, faults = ours(AUDIO_FAULTS, AUDIO_CHECKS) + by_sound(), shared(AUDIO_FAULTS)
    readings, said = {}, {}
    for clip in clips:
        sound = load_as_is(dataset / clip.path).sound
        speech = AudioFeatures(sound).speech
        readings[clip.id] = read_each(clip.id, sound, checks, faults, 0, AudioFeatures)
        seconds = speech.seconds - speech.lead - speech.tail if speech else None
        said[clip.id] = SpokenText(encode(clip.text), seconds)
    rows = scores(gather(readings, checks, faults, 0), checks, faults)
    checks, faults = ours(TEXT_FAULTS, TEXT_CHECKS) + by_text(), shared(TEXT_FAULTS)
    rows += scores(try_texts(said, checks, faults, NvidiaFrontend(), 0), checks, faults)
    table: dict[tuple[str, str], list[Score]] = {}
    for row in rows:
        table.setdefault((row.fault.name, row.check.name), []).append(row)
    return table


def ours(faults: Sequence[Fault], checks: Sequence[Check]) -> tuple[Check, ...]:
    """Our checks, of those made by default, that find what theirs are to find."""
    names = {name for fault in faults if fault.name in FOUND_BY for name in fault.found_by}
    return tuple(check for check in checks if check.name in names and not check.off)


def shared(faults: Sequence[Fault]) -> list[Fault]:
    return [
        replace(fault, found_by=fault.found_by + FOUND_BY[fault.name])
        for fault in faults
        if fault.name in FOUND_BY
    ]


def line(fault: str, check: str, sizes: Sequence[Score]) -> str:
    name = check if check.split()[0] in THEIRS else f"`{check}`"
    recalls = " | ".join(f"{score.recall.rate:.2f}" for score in sizes)
    alarms = sizes[1].alarms
    told = f"{alarms.count} of {alarms.total} | {sizes[1].precision:.2f}"
    return f"| {fault} | {name} | {recalls} | {told} |"


def by_sound() -> tuple[Check, ...]:
    from audio_qa import checks as qa

    def passed(check: Callable) -> Callable[[AudioFeatures], Measurement]:
        return lambda heard: Measurement(
            float(not check(heard.sound.samples, heard.sound.rate)["passed"])
        )

    def keep(hearing: AudioFeatures) -> np.ndarray:
        return qa.compute_fingerprint(hearing.sound.samples, hearing.sound.rate)

    def twins(kept: Mapping[str, np.ndarray]) -> dict[str, Measurement]:
        pairs = qa.find_duplicates(dict(kept))
        named = {pair[side] for pair in pairs for side in ("file_a", "file_b")}
        return {id: Measurement(float(id in named)) for id in kept}

    return (
        rule("audio-qa clipping", passed(qa.check_clipping)),
        rule("audio-qa noise", passed(qa.check_noise)),
        rule("VoxKitchen snr", crest, CREST_DB, "below"),
        rule("audio-qa upsampling", passed(qa.check_upsampling)),
        rule("audio-qa silence", passed(qa.check_silence)),
        replace(rule("audio-qa duplicates", twins), reads="set", keep=keep),
    )


def crest(hearing: AudioFeatures) -> Measurement:
    samples = hearing.sound.samples.astype(np.float64)
    return Measurement(10 * float(np.log10(np.max(samples**2) / np.mean(samples**2))))


def by_text() -> tuple[Check, ...]:
    from audio_qa.checks import check_transcript_ratio

    def plausible(spoken: SpokenText) -> Measurement:
        told = check_transcript_ratio(spoken.seconds, spoken.encoding.text, *CPS)
        return Measurement(float(not told["passed"]))

    return (
        rule("coqui notebook", lambda spoken: Measurement(pace(spoken)), COQUI_SECONDS),
        replace(rule("coqui, as meant", deviations, Z), reads="set"),
        replace(rule("Emilia", fences, FENCES), reads="set"),
        rule("audio-qa transcript_ratio", plausible),
    )


def rule(name: str, measure: Callable, limit: float = 0.0, worse: str = "above") -> Check:
    return Check(name, "clip", measure, limit, "", "", worse)


def pace(spoken: SpokenText) -> float:
    return (spoken.seconds or 0.0) / max(len(spoken.encoding.text), 1)


def deviations(texts: Mapping[str, SpokenText]) -> dict[str, Measurement]:
    values = np.array([pace(spoken) for spoken in texts.values()])
    off = np.abs(values - values.mean()) / values.std()
    return {id: Measurement(float(value)) for id, value in zip(texts, off, strict=True)}


def fences(texts: Mapping[str, SpokenText]) -> dict[str, Measurement]:
    values = np.array([pace(spoken) for spoken in texts.values()])
    low, high = np.percentile(values, [25, 75])
    off = np.maximum(low - values, values - high) / (high - low)
    return {id: Measurement(float(value)) for id, value in zip(texts, off, strict=True)}


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
