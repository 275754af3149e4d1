"""Twice is once, and all at once is one after the other, for clips that are hard to judge too."""

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.signals import RATE, hiss, noise, placed, read, said, stereo, write
from voiceprep.audio.convert import ConvertConfig
from voiceprep.audio.denoise import DenoiseConfig
from voiceprep.audio.loudness import LoudnessConfig
from voiceprep.audio.trim import TrimConfig
from voiceprep.commands.convert import convert
from voiceprep.commands.denoise import denoise
from voiceprep.commands.loudness import loudness
from voiceprep.commands.prepare import PrepareConfig, prepare
from voiceprep.commands.trim import trim
from voiceprep.dataset.steps import UNCHANGED

COMMANDS = {
    "convert": (convert, {}),
    "denoise": (denoise, {}),
    "denoise by SoX": (denoise, {"config": DenoiseConfig(method="sox")}),
    "trim": (trim, {}),
    "loudness": (loudness, {"config": LoudnessConfig(-16.0, limit=True)}),
    "prepare": (prepare, {}),
    "prepare, denoised": (prepare, {"config": PrepareConfig(denoise=True)}),
    "prepare, denoised by SoX": (
        prepare,
        {"config": PrepareConfig(denoise=True), "denoise": DenoiseConfig(method="sox")},
    ),
}
KINDS = ("hum", "noise", "babble", "quiet", "offset", "sides", "short", "no pause")


def hard(kind, amount, seed):
    """A clip of speech in which it is hard to tell what is what; `amount` from 0 to 1."""
    random = np.random.default_rng(seed)
    first, pause, second = random.uniform(0.2, 1.2, 3)
    parts = [(0.3, said(first)), (0.3 + first, hiss(0.1, 0.02, seed=seed))]
    parts.append((0.4 + first + pause, said(second, pitch_hz=150)))
    clip = placed(parts, 0.9 + first + pause + second, room=1e-3, seed=seed)
    time = np.arange(len(clip)) / RATE
    if kind == "hum":
        clip += 0.1 * amount * sum(np.sin(2 * np.pi * 50 * k * time) / k for k in range(1, 9))
    elif kind == "noise":
        clip += noise(5, 0.1 * amount, seed=seed + 1)[: len(clip)]
    elif kind == "babble":
        voices = [said(5, 0.03 * amount, pitch_hz=hz) for hz in (95, 170, 210, 260)]
        clip += sum(np.roll(voice, random.integers(RATE)) for voice in voices)[: len(clip)]
    elif kind == "quiet":
        clip *= 10 ** (-2.5 * amount)
    elif kind == "offset":
        clip += 0.01 * amount
    elif kind == "sides":
        clip = stereo(clip, clip[::-1]) + 0.002 * amount
    elif kind == "short":
        clip = clip[: int((0.35 + 0.3 * amount) * RATE)]
    elif kind == "no pause":
        clip = np.tile(said(0.4), 4) + noise(1.6, 0.05 * amount, seed=seed)[: 4 * round(0.4 * RATE)]
    return np.clip(clip, -1, 1).astype(np.float32)


def made(tmp_path_factory, clips):
    folder = tmp_path_factory.mktemp("voice")
    for number, clip in enumerate(clips):
        write(folder / "in" / f"{number}.wav", hard(*clip), subtype="PCM_24")
    return folder


def bytes_in(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.rglob("*.wav"))}


def samples_in(folder):
    return {path.name: read(path) for path in sorted(folder.rglob("*.wav"))}


HARD = st.tuples(st.sampled_from(KINDS), st.floats(0, 1), st.integers(0, 999))
# Each of these is judged otherwise once it is written, by one command or another.
KNOWN = [("sides", 0.4, 178), ("offset", 0.1, 7), ("quiet", 0.97, 160), ("babble", 0.76, 712)]


@pytest.mark.parametrize("name", COMMANDS)
@settings(
    max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(clips=st.lists(HARD, min_size=3, max_size=3))
@example(clips=KNOWN)
def test_twice_is_once_for_hard_clips(tmp_path_factory, name, clips):
    folder = made(tmp_path_factory, clips)
    command, given_too = COMMANDS[name]
    command(folder / "in", folder / "once", folder, **given_too)
    if once := bytes_in(folder / "once"):
        result = command(folder / "once", folder / "twice", folder, **given_too)
        assert result.exit_code == 0
        assert bytes_in(folder / "twice") == once


@settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(clips=st.lists(HARD, min_size=3, max_size=3), noisy=st.booleans())
@example(clips=KNOWN, noisy=False)
def test_all_at_once_is_one_after_the_other_for_hard_clips(tmp_path_factory, clips, noisy):
    folder = made(tmp_path_factory, clips)
    prepare(folder / "in", folder / "prepared", folder, PrepareConfig(denoise=noisy))
    source = folder / "in"
    for name in ("convert", *["denoise"] * noisy, "trim", "loudness"):
        COMMANDS[name][0](source, folder / name, folder)
        source = folder / name
        if not bytes_in(source):
            break
    at_once, chain = samples_in(folder / "prepared"), samples_in(source)
    assert at_once.keys() == chain.keys()
    assert all(np.array_equal(at_once[name], chain[name]) for name in chain)


@pytest.fixture
def once(tmp_path):
    write(tmp_path / "in" / "a.wav", hard("noise", 0.1, 3))
    assert prepare(tmp_path / "in", tmp_path / "once", tmp_path).exit_code == 0
    return tmp_path / "once"


def test_what_was_made_with_these_settings_is_reported_and_its_seconds_add_up(once, tmp_path):
    result = prepare(once, tmp_path / "twice", tmp_path)
    (outcome,) = result.outcomes
    assert (outcome.status, outcome.why) == ("done", UNCHANGED)
    assert outcome.facts["seconds"] == outcome.facts["kept_seconds"]
    assert result.seconds["kept"] == pytest.approx(soundfile.info(once / "a.wav").duration)
    assert (result.seconds["padded"], result.seconds["trimmed"]) == (0, 0)


def test_another_setting_step_or_sample_is_decided_anew(once, tmp_path):
    (outcome,) = prepare(once, tmp_path / "a", tmp_path, trim=TrimConfig(0.2)).outcomes
    assert outcome.facts["trim"]["padded_seconds"] == pytest.approx(0.1, abs=0.011)
    (outcome,) = trim(once, tmp_path / "b", tmp_path).outcomes
    assert "lead" in outcome.facts["trim"]
    data = bytearray((once / "a.wav").read_bytes())
    data[5000] ^= 1
    (once / "a.wav").write_bytes(data)
    (outcome,) = prepare(once, tmp_path / "c", tmp_path).outcomes
    assert "lead" in outcome.facts["trim"]


def test_other_noise_in_the_file_of_that_name_is_another_setting(tmp_path):
    write(tmp_path / "in" / "a.wav", hard("noise", 0.4, 3))
    room = write(tmp_path / "room.wav", noise(1.0, 0.04))
    config = DenoiseConfig(noise=str(room))
    denoise(tmp_path / "in", tmp_path / "once", tmp_path, config)
    assert denoise(tmp_path / "once", tmp_path / "a", tmp_path, config).outcomes[0].why == UNCHANGED
    write(room, noise(1.0, 0.02, seed=1))
    assert denoise(tmp_path / "once", tmp_path / "b", tmp_path, config).outcomes[0].why != UNCHANGED


def test_by_sox_too_what_was_made_as_asked_stays(tmp_path):
    write(tmp_path / "in" / "a.wav", hard("offset", 0.4, 3), 44100)
    by_sox = {"convert": ConvertConfig(engine="sox")}
    prepare(tmp_path / "in", tmp_path / "once", tmp_path, **by_sox)
    prepare(tmp_path / "once", tmp_path / "twice", tmp_path, **by_sox)
    assert bytes_in(tmp_path / "twice") == bytes_in(tmp_path / "once")
