import io
import pickle
import struct
from collections import Counter, OrderedDict

import pytest

from tests.train.made_pickles import limited_memory, name, number, text
from voiceprep.train.checkpoints.formats.pickle_names import (
    InertClass,
    InertObject,
    RefusedGlobal,
    RefusedProgram,
)
from voiceprep.train.checkpoints.formats.pickles import OPCODES, Unpickler, check_unfolded
from voiceprep.train.checkpoints.formats.torch_files import DAMAGED

DTYPE = name("numpy", "dtype") + text("f8") + b"\x85R"
ALL = {value[0] for key, value in vars(pickle).items() if key.isupper() and type(value) is bytes}


def run(program, find=None):
    whole = b"\x80\x02" + program + b"."
    return Unpickler(io.BytesIO(whole), len(whole), find).load()


def loaded(value, protocol=2):
    data = pickle.dumps(value, protocol)
    return Unpickler(io.BytesIO(data), len(data)).load()


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_plain_values_are_read_in_every_protocol(protocol):
    value = {
        "a": [1, -(2**40), 2.5, None, True, "é" * 300, "a"],
        "b": ((), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)),
        7: OrderedDict(x=1),
        "state": 2**127,
        "times": dict(Counter("aab")),
    }
    assert loaded(value, protocol) == value


@pytest.mark.parametrize("protocol", [2, 4])
def test_a_set_becomes_a_list_and_a_counter_a_dict(protocol):
    value = loaded({"set": {1, 2}, "counter": Counter("aab")}, protocol)
    assert value == {"set": [1, 2], "counter": {"a": 2, "b": 1}}
    assert type(value["counter"]) is dict


def test_what_python_2_wrote_is_read():
    assert run(b"I140203945600\n") == 140203945600
    assert run(b"(I01\nI00\nt") == (True, False)
    assert run(b"U\x05glow2T\x03\x00\x00\x00abc\x86") == ("glow2", "abc")
    pairs = b"](](U\x01aK\x01e](U\x01bK\x02ee"
    assert run(name("collections", "OrderedDict") + pairs + b"\x85R") == {"a": 1, "b": 2}


def test_the_instructions_that_are_accepted():
    """A new one is a decision: see the module's docstring."""
    refused = {
        *("BYTEARRAY8", "DICT", "DUP", "EXT1", "EXT2", "EXT4", "FLOAT", "GET", "INST", "LIST"),
        *("LONG", "LONG4", "NEWOBJ_EX", "NEXT_BUFFER", "OBJ", "PERSID", "PUT", "READONLY_BUFFER"),
        *("STRING", "UNICODE"),
    }
    assert ALL - set(OPCODES) == {getattr(pickle, code)[0] for code in refused}


@pytest.mark.parametrize("code", sorted(set(range(256)) - set(OPCODES)))
def test_any_other_instruction_is_refused(code):
    with pytest.raises(RefusedProgram, match=r"which torch\.save does not write"):
        run(b"(K\x01" + bytes([code]) + bytes(40))


@pytest.mark.parametrize(
    "target",
    [
        b"}",
        b"]",
        b"(t",
        text("a"),
        name("torch", "float32"),
        name("torch", "FloatStorage"),
        name("collections", "OrderedDict"),
        name("torch.nn", "Linear"),
        name("torch", "device") + text("cpu") + b"\x85R",
        name("torch", "Size") + b")\x85R",
        name("collections", "Counter") + b"}\x85R",
        name("builtins", "set") + b"]\x85R",
        name("_codecs", "encode") + text("a") + text("latin1") + b"\x86R",
    ],
)
def test_no_state_is_given_but_to_networks(target):
    state = b"}" + text("state") + b"K\x01s"
    with pytest.raises(RefusedProgram, match="change the state of a"):
        run(target + state + b"b")


def test_the_state_of_a_network_is_kept_and_that_of_an_ordered_dict_dropped():
    state = b"}" + text("state") + b"K\x01s"
    for make in (b")R", b")\x81", b"K\x01\x85R"):
        made = run(name("glow", "WN") + make + state + b"b")
        assert (made.kind, made.state) == ("glow.WN", {"state": 1})
    assert run(name("glow", "WN") + b")R" + text("x") + b"b").state == {}
    made = run(name("collections", "OrderedDict") + b")R" + state + b"b")
    assert (made, vars(made)) == ({}, {})


@pytest.mark.parametrize(
    "state",
    [
        (3, "|", None, ("a",), {"a": (1, 0)}, 8, 1, 27),
        (3, "|", ("O", (1,)), None, None, 8, 1, 27),
        (3, "|", None, None, {}, 8, 1, 27),
        (3, ">", None, None, None, -1, -1, 0),
        ("f8",),
        (),
        {},
        None,
    ],
)
def test_a_dtype_is_never_given_fields(state):
    with pytest.raises(RefusedProgram, match="not a plain number's"):
        run(DTYPE + number(state) + b"b")


@pytest.mark.parametrize(
    "called",
    [
        b"}",
        b"K\x01",
        text("eval"),
        name("torch", "float32"),
        name("torch", "FloatStorage"),
        DTYPE,
        name("glow", "WN") + b")R",
    ],
)
@pytest.mark.parametrize("call", [b")R", b")\x81"])
def test_nothing_is_called_but_functions_and_classes(called, call):
    with pytest.raises(RefusedProgram, match="it would call a"):
        run(called + call)


@pytest.mark.parametrize("arguments", [b"]", b"}", b"N", b"K\x01", text("ab")])
def test_a_call_takes_a_tuple(arguments):
    with pytest.raises(RefusedProgram, match="it would call"):
        run(name("collections", "OrderedDict") + arguments + b"R")


@pytest.mark.parametrize(
    "program",
    [
        text("a") + b"K\x01a",
        b"}(K\x01K\x02e",
        name("glow", "WN") + b")R(K\x01e",
        b"(K\x01K\x02tK\x01a",
    ],
)
def test_values_are_added_to_lists_alone(program):
    with pytest.raises(RefusedProgram, match="add values to a"):
        run(program)


@pytest.mark.parametrize("target", [b"]", text("a"), name("glow", "WN") + b")R", b"K\x01"])
def test_entries_are_added_to_dicts_alone(target):
    for entry in (b"K\x00K\x01s", b"(K\x00K\x01u"):
        with pytest.raises(RefusedProgram, match="add entries to a"):
            run(target + entry)


def test_a_key_is_hashed_in_no_time():
    nested = b"K\x01" + b"q\x00h\x00\x86" * 60
    for program in (b"}" + nested + b"Ns", b"}(" + nested + b"Nu"):
        with pytest.raises(RefusedProgram, match="a tuple"):
            run(program)
    pairs = name("collections", "OrderedDict") + b"](" + nested + b"N\x86e\x85R"
    with pytest.raises(RefusedProgram, match="a tuple"):
        run(pairs)
    assert len(run(name("builtins", "set") + b"](" + nested + b"e\x85R")) == 1


def test_numbers_are_short():
    assert run(b"\x8a\x40" + bytes(63) + b"\x01") == 1 << 504
    with pytest.raises(RefusedProgram, match="a number of 65 bytes"):
        run(b"\x8a\x41" + bytes(65))
    with pytest.raises(RefusedProgram, match="a number of 25 digits"):
        run(b"I" + b"9" * 25 + b"\n")


@pytest.mark.parametrize(
    "where", ["os.system", "builtins.eval", "torch.load", "numpy.ndarray", "torch.FloatTensor"]
)
def test_a_name_that_no_checkpoint_needs_is_refused(where):
    module, function = where.split(".")
    stacked = text(module) + text(function) + b"\x93"
    for program in (name(module, function), stacked):
        with pytest.raises(RefusedGlobal) as raised:
            run(program)
        assert raised.value.name == where


def test_the_name_of_a_network_imports_nothing():
    assert run(name("torch.nn.modules.conv", "Conv1d")) == InertClass(
        "torch.nn.modules.conv.Conv1d"
    )
    assert run(name("glow", "os.system")) == InertClass("glow.os.system")
    for module in ("torch.nnx", "glows", "models"):
        with pytest.raises(RefusedGlobal):
            run(name(module, "Conv1d"))


def test_a_storage_is_asked_for_and_nothing_else():
    assert run(b"K\x01\x85Q", lambda wanted: wanted) == (1,)
    for program in (text("a") + b"Q", b"NQ", b"]Q"):
        with pytest.raises(RefusedProgram, match="something other than a storage"):
            run(program, lambda wanted: wanted)
    with pytest.raises(RefusedProgram, match="something other than a storage"):
        run(b"K\x01\x85Q")


def test_calls_copy_no_more_than_the_program_holds():
    """Each call would copy a list of 100,000, or a text, again."""
    many = b"](" + b"K\x01" * 100_000 + b"eq\x01"
    again = name("builtins", "set") + b"q\x02(" + b"h\x02h\x01\x85R" * 100_000 + b"l"
    letters = text("x" * 200_000) + b"q\x01"
    encode = name("_codecs", "encode") + b"q\x02(" + b"h\x02h\x01\x85R" * 100_000 + b"t"
    with limited_memory():
        for program in (many + again, letters + encode):
            with pytest.raises(RefusedProgram, match="copy more than it holds"):
                run(program)


def test_places_of_the_memory_may_be_anywhere():
    assert run(b"K\x07r\xff\xff\xff\xff0j\xff\xff\xff\xff") == 7


@pytest.mark.parametrize("length", [2**63 - 1, 2**40])
@pytest.mark.parametrize("code", [b"\x8d", b"\x8e", b"\x95"])
def test_a_length_that_is_stated_takes_no_memory(code, length):
    with limited_memory(), pytest.raises(DAMAGED):
        run(code + struct.pack("<Q", length) + b"abc")


def test_what_unfolds_to_too_much_is_refused():
    nested = [1]
    for _ in range(60):
        nested = [nested, nested]
    long_text = ["x" * 100_000] * 1000
    for value in (nested, long_text, {"a": long_text}):
        with pytest.raises(RefusedProgram, match="unfold"):
            check_unfolded(value)
    check_unfolded([[1, "a", None]] * 1000)


def test_what_is_too_deep_is_refused():
    def deep(value, levels):
        for _ in range(levels):
            value = [value]
        return value

    check_unfolded(deep(1, 190))
    with pytest.raises(RefusedProgram, match="unfold"):
        check_unfolded(deep(1, 100_000))
    shared = deep(1, 150)
    with pytest.raises(RefusedProgram, match="unfold"):
        check_unfolded([shared, deep(shared, 150)])


def test_what_contains_itself_is_refused():
    cycle: list = []
    cycle.append({"a": (cycle,)})
    network = InertObject("glow.WN")
    network.state = {"_modules": {"a": network}}
    for value in (cycle, network):
        with pytest.raises(RefusedProgram, match="contains itself"):
            check_unfolded(value)
