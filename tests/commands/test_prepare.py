"""One pass that equals the single commands, and changes nothing a second time."""

import json
import re
import struct

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.signals import RATE, hiss, lag, placed, read, said, speech, stereo, write, write_mp3
from voiceprep.audio.convert import ConvertConfig
from voiceprep.audio.denoise import DenoiseConfig
from voiceprep.audio.loudness import LoudnessConfig, measure_loudness
from voiceprep.audio.silence import find_speech
from voiceprep.audio.sound import read_sound
from voiceprep.audio.trim import TrimConfig
from voiceprep.batch.run import BatchConfig
from voiceprep.clip import read_clips
from voiceprep.commands.convert import convert
from voiceprep.commands.denoise import denoise
from voiceprep.commands.loudness import loudness
from voiceprep.commands.prepare import PrepareConfig, prepare
from voiceprep.commands.trim import trim
from voiceprep.errors import SettingError, TargetError


def recording(lead=0.5, tail=0.7, room=1e-3, rate=44100, level=0.1, seed=0, seconds=1.2):
    parts = [(lead, said(seconds, level, rate)), (lead + seconds, hiss(0.1, 0.02, rate, seed))]
    return placed(parts, lead + seconds + tail, rate, room, seed)


@pytest.fixture
def dataset(tmp_path):
    folder = tmp_path / "recordings"
    write_mp3(folder / "a.mp3", recording())
    write(folder / "deep" / "b.wav", recording(0.02, 0.03, 3e-4, 16000), 16000)
    stereo = np.stack(2 * [recording(1.0, 1.5, 1e-4, 48000, 0.3)], axis=1)
    write(folder / "c.flac", stereo, 48000, "PCM_24")
    return tmp_path


def bytes_in(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.rglob("*.wav"))}


def chained(dataset, source, name, bits=16, noisy=False):
    """The folder that the single commands end in, one after the other."""
    steps = [("convert", convert, {"config": ConvertConfig(bits=bits)})]
    steps += [("denoise", denoise, {})] if noisy else []
    steps += [("trim", trim, {}), ("loudness", loudness, {})]
    for step, command, given_too in steps:
        target = dataset / f"{name}-{step}"
        assert command(source, target, dataset, **given_too).exit_code == 0
        source = target
    return source


def test_recordings_become_clips_of_the_lead_the_tail_and_the_level_asked_for(dataset):
    result = prepare(dataset / "recordings", dataset=dataset)
    assert result.exit_code == 0
    assert [clip.id for clip in read_clips(dataset / "clips.jsonl")] == ["a", "c", "deep/b"]
    for clip in read_clips(dataset / "clips.jsonl"):
        sound = read_sound(dataset / clip.path)
        speech = find_speech(sound)
        assert sound.rate == RATE
        assert clip.seconds == pytest.approx(sound.seconds, abs=2 / RATE)
        assert speech.lead == pytest.approx(0.1, abs=0.0101)
        assert speech.tail == pytest.approx(0.15, abs=0.0101)
        assert measure_loudness(sound).lufs == pytest.approx(-23, abs=0.06)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    lead=st.floats(0, 1),
    tail=st.floats(0, 1),
    room=st.sampled_from([0.0, 1e-4, 1e-3, 4e-3]),
    level=st.floats(0.003, 0.3),
    rate=st.sampled_from([16000, 22050, 44100]),
    bits=st.sampled_from([16, 24]),
    noisy=st.booleans(),
    seed=st.integers(0, 99),
)
def test_it_equals_the_chain_of_single_commands_and_twice_is_once(
    tmp_path_factory, lead, tail, room, level, rate, bits, noisy, seed
):
    dataset = tmp_path_factory.mktemp("voice")
    # A made vowel with no pause at all is as steady as a room.
    tail += 0.4 if noisy else 0.2
    samples = recording(lead, tail, room * level * 10, rate, level, seed)
    write(dataset / "in" / "a.wav", samples, rate, "PCM_24")
    config = {"config": PrepareConfig(denoise=noisy), "convert": ConvertConfig(bits=bits)}
    assert prepare(dataset / "in", dataset / "once", dataset, **config).exit_code == 0
    expected = chained(dataset, dataset / "in", "chain", bits, noisy)
    once, chain = read(dataset / "once" / "a.wav"), read(expected / "a.wav")
    assert np.array_equal(once, chain)
    assert prepare(dataset / "once", dataset / "twice", dataset, **config).exit_code == 0
    assert bytes_in(dataset / "twice") == bytes_in(dataset / "once")


@pytest.mark.parametrize("seconds", [0.3, 1.2])
@pytest.mark.parametrize("offset", [0.0015, -0.0004])
def test_twice_is_once_where_a_quiet_recording_has_an_offset(tmp_path, offset, seconds):
    samples = recording(0.02, 0.03, 2e-5, RATE, 0.005, seconds=seconds) + np.float32(offset)
    write(tmp_path / "in" / "a.wav", samples, subtype="PCM_24")
    prepare(tmp_path / "in", tmp_path / "once", tmp_path)
    prepare(tmp_path / "once", tmp_path / "twice", tmp_path)
    assert bytes_in(tmp_path / "twice") == bytes_in(tmp_path / "once")


def test_every_step_can_be_left_out(dataset):
    bare = PrepareConfig(trim=False, loudness=False)
    prepare(dataset / "recordings", dataset / "bare", dataset, config=bare)
    convert(dataset / "recordings", dataset / "converted", dataset)
    for name in ("a", "c", "deep/b"):
        bare, converted = (read(dataset / at / f"{name}.wav") for at in ("bare", "converted"))
        assert np.array_equal(bare, converted)


def test_a_clip_too_long_for_one_utterance_is_quarantined(dataset):
    result = prepare(dataset / "recordings", dataset=dataset, config=PrepareConfig(max_seconds=3))
    (outcome,) = [row for row in result.outcomes if row.status == "quarantined"]
    assert (outcome.id, result.exit_code) == ("c", 3)
    assert outcome.why.startswith("too long for one clip: 3.7 s of at most 3.0 s")
    assert result.seconds["quarantined"] == pytest.approx(3.7, abs=0.01)
    assert sorted(bytes_in(dataset / "wavs")) == ["a.wav", "b.wav"]


def test_a_clip_that_padding_makes_too_long_is_quarantined(tmp_path):
    write(tmp_path / "in" / "a.wav", recording(0.02, 0.03, rate=RATE))
    config = PrepareConfig(max_seconds=1.4)
    result = prepare(tmp_path / "in", tmp_path / "once", tmp_path, config=config)
    assert (result.counts["quarantined"], result.counts["done"]) == (1, 0)
    assert result.outcomes[0].why.startswith("too long for one clip once padded: 1.5")
    assert result.seconds["quarantined"] == pytest.approx(1.25, abs=0.01)
    assert not bytes_in(tmp_path / "once")


@pytest.mark.parametrize("engine", ["soxr", "sox"])
def test_with_either_engine_silence_is_quarantined_and_the_rest_is_made(dataset, engine):
    write(dataset / "recordings" / "quiet.wav", np.zeros(RATE, np.float32))
    (dataset / "recordings" / "empty.wav").touch()
    result = prepare(dataset / "recordings", dataset=dataset, convert=ConvertConfig(engine=engine))
    assert result.counts["done"] == 3
    assert sum(result.counts.values()) == 5
    trouble = {row.id for row in result.outcomes if row.status in ("quarantined", "failed")}
    assert trouble == {"quiet", "empty"}


# What the reason for each damaged recording names, the second of the damage, and how much earlier
# the page or frame that it is in may begin.
DAMAGED = {
    "rates.mp3": (r"from 44100 to 22050", 1.5, 0),
    "frames.flac": (r"\bframe\b", 0.75, 0.2),
    "pages.ogg": (r"\bpage\b", 0.75, 0.75),
    "halved.wav": (r"^cut off", 0.75, 0.01),
    "page.mp3": (r"\bweb\b", None, None),
    "pointer.wav": (r"\bLFS\b", None, None),
}
# Where all speech is there, what is told.
WHOLE = {
    "chained.ogg": "",
    "header.wav": r"\b28 bytes\b",
    "late.wav": r"\bright\b.* late",
    "none": "",
    "spike.wav": r": 1, .* 0\.50 s",
    "stream.wav": "",
    "two.wav": r"second wav",
}
FIRST, SECOND = speech(1.5, seed=1), speech(1.0, seed=2)


def scratched(path, samples):
    data = bytearray(write(path, samples, subtype=None).read_bytes())
    middle = len(data) // 2
    data[middle : middle + 40] = np.random.default_rng(3).bytes(40)
    path.write_bytes(data)


def make_damaged(folder):
    bare = ("-write_xing", "0", "-id3v2_version", "0")
    parts = [
        write_mp3(folder.parent / "a.mp3", np.repeat(FIRST, 2), 44100, *bare),
        write_mp3(folder.parent / "b.mp3", SECOND, RATE, *bare),
    ]
    (folder / "rates.mp3").write_bytes(b"".join(part.read_bytes() for part in parts))
    scratched(folder / "frames.flac", FIRST)
    scratched(folder / "pages.ogg", FIRST)
    halved = write(folder / "halved.wav", FIRST)
    halved.write_bytes(halved.read_bytes()[: len(FIRST) + 44])
    (folder / "page.mp3").write_text("<!DOCTYPE html><html><title>404</title></html>\n")
    (folder / "pointer.wav").write_text(
        f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 425986\n"
    )


def make_whole(folder):
    """The speech in each file by its id."""
    links = enumerate((FIRST, SECOND))
    parts = [write(folder.parent / f"{n}.ogg", part, subtype=None) for n, part in links]
    (folder / "chained.ogg").write_bytes(b"".join(part.read_bytes() for part in parts))
    plain = write(folder.parent / "plain.wav", FIRST).read_bytes()
    second = write(folder.parent / "second.wav", SECOND).read_bytes()
    for name, size in (("header", 2 * len(FIRST) + 28), ("stream", 0)):
        (folder / f"{name}.wav").write_bytes(plain[:40] + struct.pack("<I", size) + plain[44:])
    late = np.r_[np.zeros(10, np.float32), FIRST[:-10]]
    write(folder / "late.wav", stereo(FIRST, late))
    (folder / "none").write_bytes(plain)
    spiked = FIRST.copy()
    spiked[RATE // 2] = 17000
    write(folder / "spike.wav", spiked, subtype="FLOAT")
    (folder / "two.wav").write_bytes(plain + second)
    truths = dict.fromkeys((name.split(".")[0] for name in WHOLE), FIRST)
    return truths | {"chained": np.r_[FIRST, SECOND]}


def test_damage_is_named_with_its_place_and_all_other_sound_is_there(tmp_path):
    folder = tmp_path / "recordings"
    folder.mkdir()
    make_damaged(folder)
    truths = make_whole(folder)
    result = prepare(folder, dataset=tmp_path, config=PrepareConfig(trim=False, loudness=False))
    outcomes = {row.id: row for row in result.outcomes}
    assert result.exit_code == 3
    assert len(outcomes) == len(DAMAGED) + len(WHOLE)
    for name, (reason, place, block) in DAMAGED.items():
        outcome = outcomes[name.split(".")[0]]
        assert outcome.status == ("failed" if place is None else "quarantined"), outcome
        assert re.search(reason, outcome.why), outcome
        seconds = outcome.facts.get("seconds")
        # The place is where the damaged page or frame begins; an mp3 has an encoder delay.
        assert seconds == place or place - block <= seconds <= place + 0.06, outcome
    for name, told in WHOLE.items():
        outcome = outcomes[name.split(".")[0]]
        assert outcome.status == "done", outcome
        assert re.search(told, outcome.why) if told else not outcome.why, outcome
        truth, made = truths[outcome.id], read(tmp_path / "wavs" / f"{outcome.id}.wav") / 2**15
        assert abs(len(made) - len(truth)) <= 1, outcome
        assert lag(made, truth) == 0, outcome
        assert np.corrcoef(made, truth)[0, 1] > 0.99, outcome


def test_seconds_add_up_with_what_was_padded(dataset):
    seconds = prepare(dataset / "recordings", dataset=dataset).seconds
    became = ("kept", "trimmed", "quarantined", "failed")
    assert seconds["padded"] > 0.1
    assert seconds["in"] + seconds["padded"] == pytest.approx(sum(seconds[name] for name in became))
    kept = sum(soundfile.info(path).duration for path in (dataset / "wavs").rglob("*.wav"))
    assert seconds["kept"] == pytest.approx(kept, abs=1e-3)


def test_the_ledger_records_what_each_step_did(dataset):
    prepare(dataset / "recordings", dataset=dataset)
    lines = (dataset / "wavs" / "outcomes.jsonl").read_text().splitlines()
    facts = {row["id"]: row["facts"] for row in map(json.loads, lines)}
    assert facts["a"]["trim"]["tail"] == pytest.approx(0.15, abs=0.0101)
    assert facts["a"]["loudness"]["lufs"] == pytest.approx(-23, abs=0.06)
    assert facts["deep/b"]["trim"]["padded_seconds"] > 0.1
    assert facts["c"]["trim"]["trimmed_seconds"] > 1.5


def test_only_a_change_is_made_again(dataset):
    prepare(dataset / "recordings", dataset=dataset)
    again = prepare(dataset / "recordings", dataset=dataset)
    assert again.counts["skipped"] == 3
    longer = prepare(dataset / "recordings", dataset=dataset, trim=TrimConfig(tail_seconds=0.3))
    assert longer.counts["done"] == 3
    louder = prepare(dataset / "recordings", dataset=dataset, loudness=LoudnessConfig(-20.0))
    assert louder.counts["done"] == 3
    unused = prepare(
        dataset / "recordings",
        dataset=dataset,
        loudness=LoudnessConfig(-20.0),
        denoise=DenoiseConfig(strength=0.1),
    )
    assert unused.counts["skipped"] == 3


def test_a_dry_run_writes_nothing(dataset):
    result = prepare(dataset / "recordings", dataset=dataset, batch=BatchConfig(dry_run=True))
    assert len(result.outcomes) == 3
    assert not (dataset / "wavs").exists()


def test_source_and_target_lie_apart(dataset):
    with pytest.raises(TargetError, match="overlap"):
        prepare(dataset / "recordings", dataset / "recordings" / "wavs", dataset)


def test_an_impossible_length_is_refused():
    with pytest.raises(SettingError, match="max_seconds"):
        PrepareConfig(max_seconds=0)
