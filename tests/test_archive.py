import bz2
import gzip
import io
import lzma
import os
import tarfile
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voiceprep import archive
from voiceprep.archive import find_archives, is_archive, read_texts, unpack
from voiceprep.errors import TableError, TargetError

KINDS = ("x.tar", "x.tar.gz", "x.tgz", "x.tar.bz2", "x.tar.xz", "x.zip")
PAIR = {"corpus/wavs/a.wav": b"RIFF of a", "corpus/wavs/a.txt": b"One."}
WANTED = (".wav", ".txt")


def wanted(name, head):
    """Whether a member is unpacked: by its suffix or, without one, by its first bytes."""
    return name.endswith(WANTED) or ("." not in name and head().startswith(b"RIFF"))


def pack(path, files):
    """An archive of `files`, their bytes by name, in the kind that the suffix says."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
            for name, data in files.items():
                zipped.writestr(name, data)
        return path
    kind = {".gz": "gz", ".tgz": "gz", ".bz2": "bz2", ".xz": "xz"}.get(path.suffix, "")
    with tarfile.open(path, f"w:{kind}") as tar:
        for name, data in files.items():
            add(tar, name, data)
    return path


def add(tar, name, data=b"", kind=tarfile.REGTYPE, link="", size=None):
    """A member with a header of the test's own making."""
    header = tarfile.TarInfo(name)
    header.type, header.linkname = kind, link
    header.size = len(data) if size is None else size
    tar.addfile(header, io.BytesIO(data) if data else None)


def crafted(path, *members):
    """A tar of a good text and then of members as `add` takes them."""
    with tarfile.open(path, "w") as tar:
        add(tar, "good.txt", b"Good.")
        for name, more in members:
            add(tar, name, **more)
    return path


def files_below(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("kind", KINDS)
def test_texts_are_read_and_nothing_is_written(tmp_path, kind):
    path = pack(tmp_path / kind, PAIR)
    contents = read_texts(path, (".txt",))
    assert contents.names == tuple(PAIR)
    assert contents.texts == {"corpus/wavs/a.txt": b"One."}
    assert files_below(tmp_path) == {kind}


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_bytes_decide_where_a_name_says_nothing(tmp_path, kind):
    files = PAIR | {"other": b"no sound", "take": b"RIFF of take" * 1000}
    made = unpack(pack(tmp_path / kind, files), tmp_path / "out", wanted)
    assert {path.name for path in made} == {"a.wav", "a.txt", "take"}
    assert (tmp_path / "out" / "take").read_bytes() == files["take"]


@pytest.mark.parametrize("kind", KINDS)
def test_sounds_and_texts_are_unpacked_as_they_are(tmp_path, kind):
    path = pack(tmp_path / kind, PAIR | {"corpus/run.sh": b"rm -r /"})
    made = unpack(path, tmp_path / "out", wanted)
    assert made == [tmp_path / "out" / name for name in PAIR]
    assert {path.relative_to(tmp_path / "out").as_posix(): path.read_bytes() for path in made} == (
        PAIR
    )
    assert files_below(tmp_path / "out") == set(PAIR)


def test_archives_are_known_and_found_by_their_names(tmp_path):
    for name in ("b.tar.gz", "a.ZIP", ".hidden.tar", "notes.gz", "c.tgz.part"):
        (tmp_path / name).touch()
    (tmp_path / "folder.tar").mkdir()
    assert [path.name for path in find_archives(tmp_path)] == ["a.ZIP", "b.tar.gz"]
    assert find_archives(tmp_path / "gone") == []
    assert is_archive(Path("x.TAR.GZ"))
    assert not is_archive(Path("tar"))


def test_hidden_members_and_a_leading_dot_are_no_names(tmp_path):
    files = {"./a.txt": b"One.", "._a.txt": b"\0", "__MACOSX/a.txt": b"\0", ".git/b.txt": b"x"}
    assert read_texts(pack(tmp_path / "x.tar", files), (".txt",)).names == ("a.txt",)


def test_a_zip_with_backslashes_is_read_as_it_was_meant(tmp_path):
    path = pack(tmp_path / "x.zip", {"wavs\\a.txt": b"One."})
    assert read_texts(path, (".txt",)).names == ("wavs/a.txt",)


def test_files_that_are_there_are_kept_and_others_never_overwritten(tmp_path):
    path = pack(tmp_path / "x.tar", {"a.txt": b"One.", "b.txt": b"Two."})
    unpack(path, tmp_path, wanted)
    before = (tmp_path / "a.txt").stat().st_mtime_ns
    unpack(path, tmp_path, wanted)
    assert (tmp_path / "a.txt").stat().st_mtime_ns == before
    (tmp_path / "b.txt").write_bytes(b"My own.")
    with pytest.raises(TargetError, match=r"b\.txt: exists and differs"):
        unpack(path, tmp_path, wanted)
    assert (tmp_path / "b.txt").read_bytes() == b"My own."


def test_a_link_in_the_folder_is_not_followed_out_of_it(tmp_path):
    path = pack(tmp_path / "x.tar", {"wavs/a.wav": b"RIFF"})
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "wavs").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(TargetError, match="a link leads out"):
        unpack(path, tmp_path / "out", wanted)
    assert not list((tmp_path / "elsewhere").iterdir())


def test_a_file_where_a_folder_is_wanted_is_told(tmp_path):
    path = pack(tmp_path / "x.tar", {"wavs/a.wav": b"RIFF"})
    (tmp_path / "wavs").write_bytes(b"")
    with pytest.raises(TargetError, match="cannot be written"):
        unpack(path, tmp_path, wanted)


HOSTILE = [
    (("../evil.txt", {"data": b"x"}), "leads out of its folder"),
    (("a/../../evil.txt", {"data": b"x"}), "leads out of its folder"),
    (("a\\..\\..\\evil.txt", {"data": b"x"}), "leads out of its folder"),
    (("/tmp/evil.txt", {"data": b"x"}), "has an absolute path"),
    (("C:\\evil.txt", {"data": b"x"}), "has an absolute path"),
    (("evil.txt", {"kind": tarfile.SYMTYPE, "link": "/etc/passwd"}), "is a link"),
    (("evil.txt", {"kind": tarfile.LNKTYPE, "link": "good.txt"}), "is a link"),
    (("evil.txt", {"kind": tarfile.CHRTYPE}), "is a device or a pipe"),
    (("evil.txt", {"kind": tarfile.FIFOTYPE}), "is a device or a pipe"),
    (("good.txt", {"data": b"Another."}), "is in the archive twice"),
    (("evil.wav", {"size": 3 * 10**9}), "is larger than 2 GB"),
]


@pytest.mark.parametrize(("member", "why"), HOSTILE, ids=[why for _, why in HOSTILE])
def test_a_member_that_is_not_to_be_trusted_is_named_and_nothing_written(tmp_path, member, why):
    path = crafted(tmp_path / "x.tar", member)
    for call in (
        lambda: read_texts(path, WANTED),
        lambda: unpack(path, tmp_path / "out", wanted),
    ):
        with pytest.raises(TableError, match=why) as caught:
            call()
        assert repr(member[0].replace("\\", "/")) in str(caught.value).replace("\\\\", "/")
        assert str(caught.value).startswith(f"{path}: ")
        assert "\n" not in str(caught.value)
    assert files_below(tmp_path) == {"x.tar"}


def zip_entry(tmp_path, mode=0, name="evil.txt"):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as zipped:
        entry = zipfile.ZipInfo(name)
        entry.external_attr = mode << 16
        zipped.writestr(entry, "target")
    return path


@pytest.mark.parametrize(
    ("mode", "name", "why"),
    [
        (0o120777, "evil.txt", "is a link"),
        (0o020666, "evil.txt", "is a device"),
        (0, "../evil.txt", "leads out"),
        (0, "/evil.txt", "absolute"),
    ],
)
def test_a_zip_is_trusted_no_more_than_a_tar(tmp_path, mode, name, why):
    with pytest.raises(TableError, match=why):
        unpack(zip_entry(tmp_path, mode, name), tmp_path / "out", wanted)
    assert files_below(tmp_path) == {"x.zip"}


def test_an_encrypted_zip_is_told(tmp_path):
    path = pack(tmp_path / "x.zip", {"a.txt": b"One."})
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(TableError, match=r"'a\.txt' is encrypted"):
        read_texts(path, WANTED)


def test_what_unpacks_to_a_hundred_times_its_size_is_a_bomb(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "MOST_BYTES", 10**5)
    path = pack(tmp_path / "x.zip", {f"{number}.wav": bytes(90_000) for number in range(9)})
    with pytest.raises(TableError, match="unpacks the archive to 100 times its size"):
        unpack(path, tmp_path / "out", wanted)
    assert not (tmp_path / "out").exists()
    noise = pack(tmp_path / "y.zip", {f"{number}.wav": os.urandom(90_000) for number in range(9)})
    assert len(unpack(noise, tmp_path / "out", wanted)) == 9


def test_too_many_members_are_a_bomb(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "MOST_MEMBERS", 2)
    path = pack(tmp_path / "x.tar", dict.fromkeys(("a.txt", "b.txt", "c.txt"), b"x"))
    with pytest.raises(TableError, match="more than 2 members"):
        read_texts(path, WANTED)


def test_texts_that_do_not_fit_into_memory_are_told(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "MOST_TEXT_BYTES", 5)
    path = pack(tmp_path / "x.tar", {"a.txt": b"One.", "b.txt": b"Two."})
    with pytest.raises(TableError, match=r"'b\.txt' makes the texts larger"):
        read_texts(path, WANTED)


@pytest.mark.parametrize("claim", [b"\xff" * 12, b"77777777777\0"])
def test_a_header_of_an_impossible_size_is_not_taken_at_its_word(tmp_path, claim):
    header = tarfile.TarInfo("long")
    header.type = tarfile.XHDTYPE
    block = bytearray(header.tobuf(tarfile.USTAR_FORMAT))
    block[124:136] = claim
    block[148:156] = b" " * 8
    block[148:155] = b"%06o\0" % sum(block)
    path = pack(tmp_path / "x.tar", {"a.txt": b"One."})
    path.write_bytes(path.read_bytes()[:1024] + block + bytes(1024))
    with pytest.raises(TableError, match=r"damaged.*'a\.txt'"):
        read_texts(path, WANTED)


@pytest.mark.parametrize("kind", ["x.tar", "x.tar.gz", "x.zip"])
def test_an_archive_that_is_cut_off_is_told_wherever_it_is(tmp_path, kind):
    files = {name: os.urandom(700) for name in ("a.wav", "b.txt", "c.wav")}
    data = pack(tmp_path / kind, files).read_bytes()
    end = len(data) if kind != "x.tar" else 3 * 1536
    for cut in range(0, end, 97):
        (tmp_path / kind).write_bytes(data[:cut])
        with pytest.raises(TableError, match="cut off"):
            read_texts(tmp_path / kind, WANTED)


def test_a_cut_names_the_member_before_it(tmp_path):
    data = pack(tmp_path / "x.tar", {"a.txt": b"One.", "b.txt": b"Two."}).read_bytes()
    for cut, told in ((1024, "damaged in or after 'a.txt'"), (1538, "'b.txt' is cut off")):
        (tmp_path / "x.tar").write_bytes(data[:cut])
        with pytest.raises(TableError, match=told):
            read_texts(tmp_path / "x.tar", WANTED)


def test_garbage_between_members_is_not_taken_for_the_end(tmp_path):
    path = pack(tmp_path / "x.tar", {"a.txt": b"One.", "b.txt": b"Two."})
    data = path.read_bytes()
    path.write_bytes(data[:1024] + b"#" * 512 + data[1024:])
    with pytest.raises(TableError, match=r"damaged.*'a\.txt'"):
        read_texts(path, WANTED)


COMPRESSED = ("x.tar.gz", "x.tar.bz2", "x.tar.xz", "x.zip")


@pytest.mark.parametrize("kind", COMPRESSED)
def test_wherever_a_byte_is_changed_no_other_sound_is_unpacked(tmp_path, kind):
    files = PAIR | {"corpus/cover.jpg": os.urandom(50)}
    data = pack(tmp_path / kind, files).read_bytes()
    refused = 0
    for place in range(0, len(data), 1 if kind == "x.zip" else 4):
        changed = bytearray(data)
        changed[place] ^= 0x41
        (tmp_path / kind).write_bytes(changed)
        out = tmp_path / "out" / str(place)
        try:
            made = unpack(tmp_path / kind, out, wanted)
        except TableError:
            refused += 1
            assert files_below(out) == set()
        else:
            # The change is in a date or the like, which no checksum covers.
            found = {path.relative_to(out).as_posix(): path.read_bytes() for path in made}
            assert found == PAIR
    assert refused > 0.15 * len(data)


@pytest.mark.parametrize("kind", COMPRESSED)
def test_the_last_byte_of_the_sounds_is_checked_before_the_first_is_written(tmp_path, kind):
    path = pack(tmp_path / kind, {f"{name}.wav": os.urandom(4000) for name in "abcdef"})
    data = bytearray(path.read_bytes())
    data[data.rindex(b"f.wav", 0, -100) + 2000 if kind == "x.zip" else -30] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(TableError, match="damaged"):
        unpack(path, tmp_path / "out", wanted)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("trailer", [0, 4])
def test_a_wrong_checksum_or_length_behind_a_gzip_is_told(tmp_path, trailer):
    path = pack(tmp_path / "x.tar.gz", PAIR)
    data = bytearray(path.read_bytes())
    data[len(data) - 8 + trailer] ^= 1
    path.write_bytes(data)
    for call in (lambda: read_texts(path, WANTED), lambda: unpack(path, tmp_path / "out", wanted)):
        with pytest.raises(TableError, match="damaged"):
            call()


def test_a_member_that_is_not_wanted_is_checked_too(tmp_path):
    path = pack(tmp_path / "x.zip", {"a.wav": b"RIFF", "cover.jpg": os.urandom(500)})
    data = bytearray(path.read_bytes())
    data[300] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(TableError, match=r"'cover\.jpg' is cut off or damaged"):
        unpack(path, tmp_path / "out", wanted)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("kind", KINDS)
def test_what_follows_the_end_is_told(tmp_path, kind):
    path = pack(tmp_path / kind, PAIR)
    path.write_bytes(path.read_bytes() + b"more")
    with pytest.raises(TableError, match=r"follows its end|damaged"):
        unpack(path, tmp_path / "out", wanted)
    assert not (tmp_path / "out").exists()


def test_of_two_joined_archives_the_second_is_not_lost_in_silence(tmp_path):
    one, two = (pack(tmp_path / f"{name}.tar", {f"{name}.wav": b"RIFF"}) for name in "ab")
    path = tmp_path / "x.tar"
    path.write_bytes(one.read_bytes() + two.read_bytes())
    with pytest.raises(TableError, match="joined"):
        unpack(path, tmp_path / "out", wanted)


@pytest.mark.parametrize(
    ("kind", "pack_part"),
    [("x.tar.gz", gzip.compress), ("x.tar.bz2", bz2.compress), ("x.tar.xz", lzma.compress)],
)
def test_several_streams_and_zeros_for_a_tape_are_one_archive(tmp_path, kind, pack_part):
    data = pack(tmp_path / "plain.tar", PAIR).read_bytes()
    parts = [pack_part(data[start : start + 700]) for start in range(0, len(data), 700)]
    path = tmp_path / kind
    path.write_bytes(b"".join(parts) + bytes(512))
    assert len(unpack(path, tmp_path / "out", wanted)) == 2
    parts[-1] = b"?" + parts[-1][1:]
    path.write_bytes(b"".join(parts))
    with pytest.raises(TableError, match="damaged"):
        unpack(path, tmp_path / "other", wanted)


def test_zeros_without_end_are_a_bomb(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "MOST_BYTES", 10**5)
    path = pack(tmp_path / "plain.tar", PAIR)
    bomb = tmp_path / "x.tar.gz"
    bomb.write_bytes(gzip.compress(path.read_bytes() + bytes(10**7)))
    with pytest.raises(TableError, match="more than 100 times its size"):
        unpack(bomb, tmp_path / "out", wanted)


def test_a_comment_in_a_zip_is_no_harm(tmp_path):
    path = pack(tmp_path / "x.zip", PAIR)
    with zipfile.ZipFile(path, "a") as zipped:
        zipped.comment = b"recorded in May"
    assert len(unpack(path, tmp_path / "out", wanted)) == 2


def test_a_member_of_a_zip_that_was_changed_is_named(tmp_path):
    path = pack(tmp_path / "x.zip", {"a.txt": os.urandom(500)})
    data = bytearray(path.read_bytes())
    data[200] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(TableError, match=r"'a\.txt' is cut off or damaged"):
        unpack(path, tmp_path / "out", wanted)
    assert files_below(tmp_path / "out") == set()


@pytest.mark.parametrize(
    "data", [b"", b"no archive at all" * 99, gzip.compress(b"plain text", mtime=0)]
)
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_archive_is_told(tmp_path, kind, data):
    (tmp_path / kind).write_bytes(data)
    with pytest.raises(TableError, match="not a tar or zip, or cut off or damaged"):
        read_texts(tmp_path / kind, WANTED)


def test_an_archive_that_is_not_there_is_told(tmp_path):
    with pytest.raises(TableError, match="there is no such file"):
        read_texts(tmp_path / "x.tar", WANTED)


def test_names_that_are_no_utf_8_keep_their_bytes(tmp_path):
    path = tmp_path / "x.tar"
    with tarfile.open(path, "w", encoding="latin-1", format=tarfile.GNU_FORMAT) as tar:
        add(tar, "caf\xe9.txt", b"One.")
    (made,) = unpack(path, tmp_path / "out", wanted)
    assert os.fsencode(made.name) == b"caf\xe9.txt"
    assert made.read_bytes() == b"One."


@pytest.fixture(scope="module", params=["x.tar", "x.tar.gz", "x.zip"])
def sound_archive(request, tmp_path_factory):
    return pack(tmp_path_factory.mktemp("archive") / request.param, PAIR)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.floats(0, 0.999), st.integers(1, 255)), min_size=1, max_size=4))
def test_whatever_is_changed_in_it_an_archive_is_read_or_refused(sound_archive, changes):
    data = bytearray(sound_archive.read_bytes())
    for place, mask in changes:
        data[int(place * len(data))] ^= mask
    changed = sound_archive.with_name(f"changed-{sound_archive.name}")
    changed.write_bytes(data)
    with suppress(TableError, TargetError):
        unpack(changed, sound_archive.parent / "out" / "folder", wanted)
    outside = files_below(sound_archive.parent) - {changed.name, sound_archive.name}
    assert all(name.startswith("out/folder/") for name in outside)
