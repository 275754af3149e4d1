"""Pickles of torch.save, read without running any code in them, and those that are written.

A pickle is a program for a machine with a stack: it may name any function and call it. This reader
is that machine with the instructions of OPCODES only; any other is refused. An instruction may

    push      None, a number, a text, bytes, a new list or dict; a stored value, which it stores
    collect   values into a tuple, a list or a dict whose keys are plain; a set becomes a list
    name      (GLOBAL, STACK_GLOBAL) a row of FUNCTIONS, a dtype, a kind of storage or a class of a
              package in NETWORKS; nothing is imported, and any other name is refused
    call      (REDUCE, NEWOBJ) a row of FUNCTIONS or a class of a network, with a tuple
    build     (BUILD) only the state of a network's object, which is kept and not used; the state of
              an OrderedDict is dropped, that of a dtype of numpy checked and dropped
    ask       (BINPERSID) for a storage of the same file, which `torch_files` gives or refuses

Refused are INST, OBJ, NEWOBJ_EX, EXT1 to EXT4, PERSID, LONG4, DUP, buffers, bytearrays, and numbers
as text but INT's. What is made is of plain kinds: no value is an object of numpy, and a class of a
network is an InertObject. All that a program makes is bounded by its length: see `_check_calls`.
"""

import pickle
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

import torch

from .pickle_names import (
    FUNCTIONS,
    NETWORKS,
    STORAGES,
    Function,
    InertClass,
    InertObject,
    NumpyCode,
    RefusedGlobal,
    RefusedProgram,
    StorageKind,
    plain_key,
)

# The bytes of the largest number: a random state of numpy has 16.
_LONGEST_NUMBER = 64
_LONGEST_INT = 24
# Values, and characters of text, that a whole file may unfold to where values are used many times.
_MOST_VALUES = 1 << 24
_DEEPEST = 200
# Marks a value whose parts are being measured.
_OPEN = (0, 0)
# Modules of NVIDIA's that are named in what is written here, and needed to load it.
WRITTEN = ("glow",)
# What a plain dtype of numpy has: a byte order, no part of an array, no names and no fields.
_PLAIN_STATES = (("<", None, None, None), ("|", None, None, None))
_COPIED = (str, bytes, tuple, list, dict)


class Unpickler(pickle._Unpickler):
    """The machine of the module's docstring.

    `length` is that of the program, `find_storage` gives the storage for a persistent id.
    """

    # What typeshed leaves out of pickle._Unpickler.
    stack: list[Any]
    append: Callable[[Any], None]
    pop_mark: Callable[[], list[Any]]
    read: Callable[[int], bytes]
    readline: Callable[[], bytes]

    def __init__(
        self,
        file: BinaryIO,
        length: int,
        find_storage: Callable[[tuple[Any, ...]], Any] | None = None,
    ):
        super().__init__(file, fix_imports=False, encoding="utf-8")
        self._left, self._find_storage = length, find_storage

    def find_class(self, module: str, name: str) -> Any:
        """What the pickle may name; raises RefusedGlobal for anything else."""
        whole = f"{module}.{name}"
        if whole in FUNCTIONS:
            return FUNCTIONS[whole]
        if module == "torch" and isinstance(vars(torch).get(name), torch.dtype):
            return vars(torch)[name]
        if module in ("torch", "torch.cuda") and name in STORAGES:
            return StorageKind(STORAGES[name])
        if any(module == known or module.startswith(known + ".") for known in NETWORKS):
            return InertClass(whole)
        raise RefusedGlobal(whole)

    def load_call(self) -> None:
        """Call a function, or make an object of a network."""
        arguments, function = self.stack.pop(), self.stack.pop()
        if type(arguments) is not tuple or type(function) not in (Function, InertClass):
            raise RefusedProgram(f"it would call a {type(function).__name__}")
        if type(function) is InertClass:
            self.append(InertObject(function.name))
        else:
            self._check_calls(arguments)
            self.append(function.call(*arguments))

    def _check_calls(self, arguments: tuple[Any, ...]) -> None:
        """Refuse calls that are given more than the program holds: they copy it many times."""
        self._left -= sum(len(value) for value in arguments if isinstance(value, _COPIED))
        if self._left < 0:
            raise RefusedProgram("its calls copy more than it holds")

    def load_build(self) -> None:
        """Give an object its state."""
        state, made = self.stack.pop(), self.stack[-1]
        if type(made) is InertObject:
            made.state = state if isinstance(state, dict) else {}
        elif type(made) is NumpyCode:
            if type(state) is not tuple or state[1:5] not in _PLAIN_STATES:
                raise RefusedProgram("a dtype of numpy that is not a plain number's")
        elif type(made) is not OrderedDict:
            raise RefusedProgram(f"it would change the state of a {type(made).__name__}")

    def load_persistent(self) -> None:
        """Find a storage of the file."""
        wanted = self.stack.pop()
        if type(wanted) is not tuple or self._find_storage is None:
            raise RefusedProgram("it asks for something other than a storage")
        self.append(self._find_storage(wanted))

    def load_empty_set(self) -> None:
        """Make what was a set: a list, which hashes nothing."""
        self.append([])

    def load_append(self) -> None:
        """Add a value to a list."""
        self._extend([self.stack.pop()])

    def load_appends(self) -> None:
        """Add values to a list, or what was a set."""
        self._extend(self.pop_mark())

    def load_setitem(self) -> None:
        """Add an entry to a dict."""
        value, key = self.stack.pop(), self.stack.pop()
        self._update([key, value])

    def load_setitems(self) -> None:
        """Add entries to a dict."""
        self._update(self.pop_mark())

    def load_frozenset(self) -> None:
        """Make what was a frozen set."""
        self.append(self.pop_mark())

    def load_number(self) -> None:
        """A whole number in bytes."""
        count = self.read(1)[0]
        if count > _LONGEST_NUMBER:
            raise RefusedProgram(f"a number of {count} bytes")
        self.append(pickle.decode_long(self.read(count)))

    def load_int(self) -> None:
        """A whole number as text, as Python 2 writes those beyond 32 bits."""
        line = self.readline().strip()
        if len(line) > _LONGEST_INT:
            raise RefusedProgram(f"a number of {len(line)} digits")
        self.append({b"00": False, b"01": True}.get(line) if line in (b"00", b"01") else int(line))

    def _extend(self, values: list[Any]) -> None:
        if type(self.stack[-1]) is not list:
            raise RefusedProgram(f"it would add values to a {type(self.stack[-1]).__name__}")
        self.stack[-1].extend(values)

    def _update(self, values: list[Any]) -> None:
        if type(self.stack[-1]) not in (dict, OrderedDict) or len(values) % 2:
            raise RefusedProgram(f"it would add entries to a {type(self.stack[-1]).__name__}")
        for key, value in zip(values[::2], values[1::2], strict=True):
            self.stack[-1][plain_key(key)] = value


# The instructions of Python's own reader that only push and collect plain values.
_PLAIN = (
    *(pickle.PROTO, pickle.FRAME, pickle.STOP, pickle.MARK, pickle.POP, pickle.POP_MARK),
    *(pickle.NONE, pickle.NEWTRUE, pickle.NEWFALSE, pickle.BINFLOAT),
    *(pickle.BININT, pickle.BININT1, pickle.BININT2),
    *(pickle.SHORT_BINSTRING, pickle.BINSTRING),
    *(pickle.SHORT_BINUNICODE, pickle.BINUNICODE, pickle.BINUNICODE8),
    *(pickle.SHORT_BINBYTES, pickle.BINBYTES, pickle.BINBYTES8),
    *(pickle.EMPTY_TUPLE, pickle.TUPLE, pickle.TUPLE1, pickle.TUPLE2, pickle.TUPLE3),
    *(pickle.EMPTY_LIST, pickle.EMPTY_DICT),
    *(pickle.BINGET, pickle.LONG_BINGET, pickle.BINPUT, pickle.LONG_BINPUT, pickle.MEMOIZE),
    # They find a name by `find_class`.
    *(pickle.GLOBAL, pickle.STACK_GLOBAL),
)
_OURS = {
    pickle.REDUCE: Unpickler.load_call,
    pickle.NEWOBJ: Unpickler.load_call,
    pickle.BUILD: Unpickler.load_build,
    pickle.BINPERSID: Unpickler.load_persistent,
    pickle.APPEND: Unpickler.load_append,
    pickle.APPENDS: Unpickler.load_appends,
    pickle.ADDITEMS: Unpickler.load_appends,
    pickle.SETITEM: Unpickler.load_setitem,
    pickle.SETITEMS: Unpickler.load_setitems,
    pickle.EMPTY_SET: Unpickler.load_empty_set,
    pickle.FROZENSET: Unpickler.load_frozenset,
    pickle.LONG1: Unpickler.load_number,
    pickle.INT: Unpickler.load_int,
}


class _Opcodes(dict[int, Callable[[Any], None]]):
    def __missing__(self, code: int) -> Callable[[Any], None]:
        raise RefusedProgram(f"the instruction {bytes([code])!r}, which torch.save does not write")


_PYTHONS: dict[int, Callable[[Any], None]] = pickle._Unpickler.dispatch
OPCODES = _Opcodes({code[0]: _PYTHONS[code[0]] for code in _PLAIN})
OPCODES.update({code[0]: load for code, load in _OURS.items()})
Unpickler.dispatch = OPCODES


def check_unfolded(value: Any) -> None:
    """Raise RefusedProgram for a value that contains itself, is deep, or unfolds to too many.

    A program of a few bytes can put a list into a list twice, that into another, and so on.
    """
    _measure(value, {}, 0)


def _measure(value: Any, known: dict[int, tuple[int, int]], depth: int) -> tuple[int, int]:
    """The values that a value unfolds to, characters included, and how deep it is."""
    if isinstance(value, str | bytes):
        return 1 + len(value), 1
    if not isinstance(value, list | tuple | dict | InertObject) or value in ((), [], {}):
        return 1, 1
    if id(value) in known:
        if known[id(value)] == _OPEN:
            raise RefusedProgram("it contains itself")
        return known[id(value)]
    if depth > _DEEPEST:
        raise RefusedProgram("its values unfold to too many levels")
    known[id(value)] = _OPEN
    size, height = 1, 0
    for part in _parts(value):
        more, below = _measure(part, known, depth + 1)
        size, height = size + more, max(height, below)
        if size > _MOST_VALUES or height > _DEEPEST:
            raise RefusedProgram("its values unfold to too many")
    known[id(value)] = size, height + 1
    return size, height + 1


def _parts(value: Any) -> Iterator[Any]:
    if isinstance(value, InertObject):
        yield value.state
    elif isinstance(value, dict):
        yield from value
        yield from value.values()
    else:
        yield from value


class Pickler(pickle._Pickler):
    """A Pickler that writes names of classes in WRITTEN without importing them.

    torch finds it here, given as `pickle_module`.
    """

    # What typeshed leaves out of pickle._Pickler.
    write: Callable[[bytes], object]
    memoize: Callable[[object], None]

    def save_global(self, obj: Any, name: str | None = None) -> None:
        """Write the name of a class or function."""
        if isinstance(obj, type) and obj.__module__ in WRITTEN:
            self.write(pickle.GLOBAL + f"{obj.__module__}\n{obj.__name__}\n".encode())
            self.memoize(obj)
        else:
            super().save_global(obj, name)  # type: ignore[misc]  # typeshed leaves it out
