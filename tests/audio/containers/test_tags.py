import mmap

import pytest

from voiceprep.audio.containers.tags import skip_tags, tags_begin

ID3V1 = b"TAG" + b"x" * 125
TAGS = {
    "ID3v1": ID3V1,
    "extended ID3v1": b"TAG+" + b"x" * 223 + ID3V1,
    "ID3v2 with a footer": b"ID3\x04\0\x10\0\0\0\x20" + bytes(32) + b"3DI\x04\0\x10\0\0\0\x20",
    "Lyrics3": b"LYRICSBEGININD00002110" + b"LYR00005hello" + b"000035LYRICS200",
    "old Lyrics3": b"LYRICSBEGINla la laLYRICSEND",
    "APE": b"APETAGEX\xd0\x07\0\0\x24\0\0\0\1\0\0\0\0\0\0\xa0" + bytes(8) + b"item"
    b"APETAGEX\xd0\x07\0\0\x24\0\0\0\1\0\0\0\0\0\0\x80" + bytes(8),
}
TAGS["all"] = b"".join(TAGS.values())


def in_memory(content):
    data = mmap.mmap(-1, len(content))
    data[:] = content
    return data


@pytest.mark.parametrize("tag", TAGS.values(), ids=TAGS)
def test_a_tag_ends_where_it_ends_and_begins_where_it_begins(tag):
    data = in_memory(b"sound" + tag + b"sound")
    end = 5 + len(tag)
    assert skip_tags(data, 5, len(data)) == end
    assert tags_begin(data, 0, end) == 5


def test_an_ape_tag_without_a_header_is_found_from_its_end():
    footer = b"APETAGEX\xd0\x07\0\0\x24\0\0\0\1\0\0\0\0\0\0\0" + bytes(8)
    data = in_memory(b"sound" + b"item" + footer)
    assert tags_begin(data, 0, len(data)) == 5


def test_a_footer_without_its_tag_is_no_tag():
    data = in_memory(b"sound that goes on" + b"3DI\x04\0\0\0\0\0\0")
    assert tags_begin(data, 0, len(data)) == len(data)


def test_what_is_no_tag_stays():
    data = in_memory(b"a sound without a tag, and long enough to hold one" * 10)
    assert skip_tags(data, 0, len(data)) == 0
    assert tags_begin(data, 0, len(data)) == len(data)


@pytest.mark.parametrize("tag", TAGS.values(), ids=TAGS)
def test_a_tag_never_reaches_beyond_its_limits(tag):
    for size in range(len(tag)):
        if size:
            data = in_memory(tag[:size])
            assert 0 <= skip_tags(data, 0, size) <= size
            data = in_memory(tag[-size:])
            assert 0 <= tags_begin(data, 0, size) <= size
