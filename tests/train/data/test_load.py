import numpy as np
import pytest

from tests.signals import sweep, write
from voiceprep.audio.cache import CacheConfig, save_npy
from voiceprep.audio.mel import MelConfig, log_mel
from voiceprep.audio.sound import read_sound
from voiceprep.clip import Clip, write_clips
from voiceprep.commands.mels import mels
from voiceprep.errors import CacheError, SourceError, TableError
from voiceprep.text.encode import encode
from voiceprep.text.symbols import SYMBOLS
from voiceprep.train.checkpoints.formats.mel_pt import save_pt
from voiceprep.train.data.load import load_text_clips, read_list
from voiceprep.train.data.mel_files import read_mel
from voiceprep.train.frontend import FrontendConfig

VOICE = FrontendConfig()
TEXTS = {"a": "First of all.", "b": "Then the second.", "c": "And a third."}


@pytest.fixture
def voice(tmp_path):
    """A dataset of three wavs with their list and no mels."""
    for number, name in enumerate(TEXTS):
        write(tmp_path / "wavs" / f"{name}.wav", sweep(1.0 + number / 4))
    write_list(tmp_path, {f"wavs/{name}.wav": text for name, text in TEXTS.items()})
    return tmp_path


def write_list(dataset, texts):
    path = dataset / "filelists" / "train.txt"
    path.parent.mkdir(exist_ok=True)
    lines = "".join(f"{name}|{text}\n" for name, text in texts.items())
    path.write_text(lines, errors="surrogateescape")
    return path


def load(dataset, voice=VOICE, source="mels"):
    return load_text_clips(dataset / "filelists" / "train.txt", dataset, voice, source)


def reasons_of(listed):
    return {outcome.id: (outcome.status, outcome.why) for outcome in listed.left_out}


def random_mel(frames=80):
    return np.random.default_rng(0).standard_normal((80, frames)).astype(np.float32)


def test_cached_mels_are_found_with_their_lengths(voice):
    mels(dataset=voice)
    listed = load(voice)
    assert [item.id for item in listed.items] == ["a", "b", "c"]
    assert listed.items.frames.tolist() == [87, 108, 130]
    assert listed.left_out == listed.notes == ()
    for item in listed.items:
        assert item.symbols.tolist() == list(encode(TEXTS[item.id]).ids)
        assert read_mel(item.path, VOICE.mel).shape == (80, item.frames)


def test_wavs_give_the_same_items_as_their_mels(voice):
    listed = load(voice, source="wavs")
    mels(dataset=voice)
    cached = load(voice)
    assert listed.items.frames.tolist() == cached.items.frames.tolist()
    for wav, mel in zip(listed.items, cached.items, strict=True):
        assert wav.path.suffix == ".wav"
        assert np.array_equal(read_mel(wav.path, VOICE.mel), read_mel(mel.path, VOICE.mel))


@pytest.mark.parametrize("format", ["npy", "pt"])
def test_a_list_of_mels_gives_the_same_items_as_one_of_wavs(voice, format):
    mels(dataset=voice, cache=CacheConfig(format))
    of_wavs = load(voice)
    write_list(voice, {f"mels/{name}.{format}": text for name, text in TEXTS.items()})
    of_mels = load(voice)
    assert [(i.id, i.frames, i.path) for i in of_mels.items] == [
        (i.id, i.frames, i.path) for i in of_wavs.items
    ]


def test_a_list_as_nvidias_scripts_have_it(tmp_path):
    folder = tmp_path / "LJSpeech-1.1" / "mels"
    folder.mkdir(parents=True)
    for name in ("LJ001-0001", "LJ001-0002"):
        save_pt(folder / f"{name}.pt", random_mel())
    path = tmp_path / "train.txt"
    path.write_text("".join(f"LJSpeech-1.1/mels/LJ001-000{n}.pt|Hello there.\n" for n in (1, 2)))
    listed = load_text_clips(path, tmp_path, VOICE)
    assert [item.id for item in listed.items] == ["LJ001-0001", "LJ001-0002"]
    assert listed.items.frames.tolist() == [80, 80]
    assert "mel.toml" in listed.notes[0]
    assert str(folder) in listed.notes[0]


def test_a_third_column_is_a_speaker(voice):
    write_list(voice, {"wavs/a.wav": "First of all.|awb"})
    (item,) = load(voice, source="wavs").items
    assert item.symbols.tolist() == list(encode("First of all.").ids)


def test_what_is_of_no_use_is_left_out_with_its_reason_and_sums_add_up(voice):
    write(voice / "wavs" / "cut.wav", sweep(1.0))
    (voice / "wavs" / "cut.wav").write_bytes((voice / "wavs" / "cut.wav").read_bytes()[:9000])
    (voice / "wavs" / "text.wav").write_text("no sound")
    lines = {
        **{f"wavs/{name}.wav": text for name, text in TEXTS.items()},
        "wavs/empty.wav": "",
        "wavs/foreign.wav": "»«",
        "wavs/gone.wav": "Where is it?",
        "wavs/cut.wav": "Cut off.",
        "wavs/text.wav": "No sound.",
        "wavs/../../out.wav": "Out of it.",
        "/etc/passwd": "Out of it.",
    }
    write(voice / "wavs" / "brief.wav", sweep(0.3))
    lines["wavs/brief.wav"] = "This is far more than anybody can say in less than a second."
    path = write_list(voice, lines)
    path.write_text(path.read_text() + "wavs/a.wav|Once more.\n")
    listed = load(voice, source="wavs")
    assert [item.id for item in listed.items] == ["a", "b", "c"]
    assert len(listed.items) + len(listed.left_out) == len(lines) + 1
    reasons = reasons_of(listed)
    for name, status, why in (
        ("empty", "quarantined", "has no text"),
        ("foreign", "quarantined", "no symbol of its text is known"),
        ("gone", "failed", "gone.wav"),
        ("cut", "quarantined", "cut off"),
        ("text", "failed", "text"),
        ("brief", "quarantined", "has 26 frames for 60 symbols"),
        ("a", "quarantined", "is listed twice: line 1 has it already"),
        ("/etc/passwd", "quarantined", "is outside of"),
    ):
        assert reasons[name][0] == status
        assert why in reasons[name][1]


def test_a_foreign_mel_with_nan_is_left_out(voice):
    (voice / "mels").mkdir()
    mel = random_mel()
    mel[3, 4] = np.nan
    save_npy(voice / "mels" / "a.npy", mel)
    write_list(voice, {"mels/a.npy": "First of all."})
    listed = load(voice)
    assert "not finite" in reasons_of(listed)["a"][1]


def test_mels_of_other_settings_are_told_setting_by_setting(voice):
    mels(dataset=voice, mel=MelConfig(fmax_hz=7000.0))
    with pytest.raises(CacheError, match=r"fmax_hz 7000\.0"):
        load(voice)
    assert len(load(voice, FrontendConfig(mel=MelConfig(fmax_hz=7000.0))).items) == 3


def test_mels_that_are_missing_are_named_and_can_be_made(voice):
    with pytest.raises(CacheError) as caught:
        load(voice)
    assert (caught.value.missing, caught.value.stale) == (("a", "b", "c"), ())
    mels(dataset=voice)
    (voice / "mels" / "b.npy").unlink()
    with pytest.raises(CacheError) as caught:
        load(voice)
    assert (caught.value.missing, caught.value.stale) == (("b",), ())
    mels(dataset=voice)
    assert len(load(voice).items) == 3


def test_a_mel_of_an_earlier_recording_is_stale(voice):
    mels(dataset=voice)
    write(voice / "wavs" / "b.wav", sweep(2.0))
    with pytest.raises(CacheError) as caught:
        load(voice)
    assert (caught.value.missing, caught.value.stale) == ((), ("b",))
    mels(dataset=voice)
    assert load(voice).items.frames.tolist() == [87, 173, 130]


def test_mels_do_without_their_wavs(voice):
    mels(dataset=voice)
    (voice / "wavs" / "b.wav").unlink()
    assert len(load(voice).items) == 3


def test_what_could_be_no_mel_is_left_out_with_what_was_said_then(voice):
    write(voice / "wavs" / "b.wav", sweep(2.0, 16000), 16000)
    mels(dataset=voice)
    listed = load(voice)
    assert [item.id for item in listed.items] == ["a", "c"]
    status, why = reasons_of(listed)["b"]
    assert status == "quarantined"
    assert "16000 Hz" in why


def test_a_mel_that_was_changed_since_is_looked_at_again(voice):
    mels(dataset=voice)
    mel = np.load(voice / "mels" / "a.npy")
    mel[0, 0] = np.inf
    save_npy(voice / "mels" / "a.npy", mel)
    assert "not finite" in reasons_of(load(voice))["a"][1]


def test_clips_of_subfolders_and_elsewhere_keep_the_ids_of_the_dataset(tmp_path):
    paths = {"one/a": "wavs/one/a.wav", "two/a": "wavs/two/a.wav", "b": "speech/b.wav"}
    for path in paths.values():
        write(tmp_path / path, sweep(1.0))
    write_clips(tmp_path / "clips.jsonl", [Clip(name, path) for name, path in paths.items()])
    write_list(tmp_path, dict.fromkeys(paths.values(), "Hello there."))
    mels(dataset=tmp_path)
    assert [item.id for item in load(tmp_path).items] == list(paths)


def test_paths_that_would_have_one_name_have_two(tmp_path):
    paths = ["p1/wavs/x.wav", "p2/wavs/x.wav"]
    for path in paths:
        write(tmp_path / path, sweep(1.0))
    write_list(tmp_path, dict.fromkeys(paths, "Hello there."))
    assert [i.id for i in load(tmp_path, source="wavs").items] == ["x", "p2/wavs/x"]


def test_symbols_are_numbered_as_the_voice_numbers_them(voice):
    turned = FrontendConfig(symbols=SYMBOLS[::-1])
    for usual, other in zip(
        load(voice, source="wavs").items, load(voice, turned, "wavs").items, strict=True
    ):
        assert (usual.symbols + other.symbols == len(SYMBOLS) - 1).all()


def test_a_text_in_another_script_and_a_name_that_is_no_ascii(tmp_path):
    write(tmp_path / "wavs" / "día.wav", sweep(1.0))
    write_list(tmp_path, {"wavs/día.wav": "¿Qué día?"})
    (item,) = load(tmp_path, source="wavs").items
    assert item.id == "día"
    assert np.array_equal(
        read_mel(item.path, VOICE.mel), log_mel(read_sound(item.path).samples, VOICE.mel)
    )


@pytest.mark.parametrize("line", ["wavs/a.wav", "a|b|c|d", "|text", ".|text"])
def test_a_line_that_is_none_is_named(voice, line):
    path = write_list(voice, {"wavs/a.wav": "First of all."})
    path.write_text(path.read_text() + line + "\n")
    with pytest.raises(TableError, match=r"train.txt, line 2: path\|text"):
        load(voice, source="wavs")


def test_a_list_that_is_not_there_is_to_be_made(tmp_path):
    with pytest.raises(SourceError, match="no such list; run voiceprep filelist first") as caught:
        load(tmp_path)
    assert caught.value.path == tmp_path / "filelists" / "train.txt"


def test_an_empty_list_has_no_items(voice):
    write_list(voice, {})
    listed = load(voice)
    assert len(listed.items) == 0
    assert listed.left_out == ()


@pytest.mark.parametrize("speakers", [("0", "1", "0", "1"), ("anna", "bert", "anna", "bert")])
def test_a_list_with_its_speakers_before_its_texts_is_refused(tmp_path, speakers):
    texts = ("Yes, it is.", "No.", "Perhaps so.", "Never again.")
    path = tmp_path / "train.txt"
    rows = [(f"wavs/{n}.wav", *pair) for n, pair in enumerate(zip(speakers, texts, strict=True))]
    path.write_text("".join("|".join(row) + "\n" for row in rows))
    with pytest.raises(TableError) as caught:
        read_list(path)
    assert caught.value.line == 1
    path.write_text("".join(f"{key}|{text}|{speaker}\n" for key, speaker, text in rows))
    assert [row.speaker for row in read_list(path)[0]] == list(speakers)
