import pytest

from tests.signals import sweep, write
from voiceprep.audio.cache import CacheConfig
from voiceprep.audio.mel import MelConfig
from voiceprep.commands.mels import mels
from voiceprep.config import write_settings
from voiceprep.errors import CacheError, Unreadable
from voiceprep.train.data.mel_cache import MelCache, differences

CONFIG = MelConfig()


@pytest.fixture
def voice(tmp_path):
    """A dataset of two wavs and their mels."""
    for name in "ab":
        write(tmp_path / "wavs" / f"{name}.wav", sweep(1.0))
    mels(dataset=tmp_path)
    return tmp_path


def test_a_mel_just_as_it_was_made_is_trusted(voice):
    cached = MelCache(CONFIG)
    assert cached.find(voice / "mels", "a", voice / "wavs/a.wav") == voice / "mels/a.npy"
    assert cached.trusts(voice / "mels" / "a.npy")
    cached.check()


def test_the_mel_of_a_wav_that_was_spoilt_since_is_not_taken(voice):
    (voice / "wavs" / "a.wav").write_text("no sound")
    mels(dataset=voice)
    assert (voice / "mels" / "a.npy").exists()
    with pytest.raises(Unreadable):
        MelCache(CONFIG).find(voice / "mels", "a", voice / "wavs" / "a.wav")


def test_mels_without_settings_are_read_with_a_note(voice):
    (voice / "mels" / "mel.toml").unlink()
    cached = MelCache(CONFIG)
    assert not cached.trusts(voice / "mels" / "a.npy")
    (note,) = cached.notes
    assert note.startswith(f"no mel.toml beside the mels in {voice / 'mels'}: ")


def test_a_wav_is_no_mel_to_trust(voice):
    assert not MelCache(CONFIG).trusts(voice / "wavs" / "a.wav")


def test_mels_of_either_kind_are_found(tmp_path):
    write(tmp_path / "wavs" / "a.wav", sweep(1.0))
    mels(dataset=tmp_path, cache=CacheConfig("pt"))
    cached = MelCache(CONFIG)
    assert cached.find(tmp_path / "mels", "a", tmp_path / "wavs/a.wav").suffix == ".pt"
    assert cached.trusts(tmp_path / "mels" / "a.pt")
    cached.check()


def test_a_mel_of_a_run_that_was_killed_amid_new_settings_is_stale(voice):
    settings = (voice / "mels" / "mel.toml").read_bytes()
    mels(dataset=voice, mel=MelConfig(fmax_hz=7000.0))
    (voice / "mels" / "mel.toml").write_bytes(settings)
    cached = MelCache(CONFIG)
    cached.trusts(voice / "mels" / "a.npy")
    with pytest.raises(CacheError, match=r"mels of other settings .*: 1 \(a\)") as caught:
        cached.check()
    assert (caught.value.missing, caught.value.stale) == ((), ("a",))


def test_many_missing_mels_are_counted_and_a_few_named(voice):
    cached = MelCache(CONFIG)
    for name in "cdefg":
        write(voice / "wavs" / f"{name}.wav", sweep(0.5))
        assert cached.find(voice / "mels", name, voice / "wavs" / f"{name}.wav") is None
    with pytest.raises(CacheError, match=r"mels missing: 5 .*, …\)") as caught:
        cached.check()
    assert caught.value.missing == tuple("cdefg")


def test_without_mel_and_wav_there_is_nothing_to_make(voice):
    with pytest.raises(Unreadable, match=r"z\.wav: "):
        MelCache(CONFIG).find(voice / "mels", "z", voice / "wavs" / "z.wav")


def test_every_difference_is_named(voice):
    assert differences(voice / "mels" / "mel.toml", CONFIG) == ""
    other = MelConfig(hop_length=200, fmax_hz=7600.0)
    difference = differences(voice / "mels" / "mel.toml", other)
    assert difference == "hop_length 256, not 200; fmax_hz 8000.0, not 7600.0"
    (voice / "mels" / "mel.toml").write_text("[cache]\n")
    assert "rate unknown, not 22050" in differences(voice / "mels" / "mel.toml", CONFIG)


def test_a_cache_tells_its_kind_of_mel_and_the_one_that_is_wanted(voice):
    decibels = MelConfig(scale="db_unit")
    with pytest.raises(CacheError, match="made with scale log, not db_unit"):
        MelCache(decibels).trusts(voice / "mels" / "a.npy")
    write_settings(voice / "mels", {"mel": decibels}, "mel.toml")
    with pytest.raises(CacheError, match="scale db_unit, not log"):
        MelCache(CONFIG).trusts(voice / "mels" / "a.npy")


def test_a_mel_that_could_not_be_made_with_other_settings_can_be_made_with_these(voice):
    assert mels(dataset=voice, mel=MelConfig(rate=16000, fmax_hz=8000)).exit_code == 3
    cached, wav = MelCache(CONFIG), voice / "wavs" / "a.wav"
    assert cached.find(voice / "mels", "a", wav) == voice / "mels" / "a.npy"
    with pytest.raises(CacheError, match="rate 16000, not 22050"):
        cached.trusts(voice / "mels" / "a.npy")
