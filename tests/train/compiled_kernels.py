"""Compiles the Triton kernels for a GPU that is not there, and prints what they need, as JSON.

Run as a process of its own without TRITON_INTERPRET, with the GPU's compute capability, such as 90.
"""

import json
import re
import subprocess
import sys
import tempfile

import torch
from triton import knobs
from triton.backends.compiler import GPUTarget
from triton.runtime import driver
from triton.runtime.jit import JITFunction

from voiceprep.train.kernels.triton_lstm import lstm_backward, lstm_forward
from voiceprep.train.tacotron2.fast import triton_attention as kernels

FULL = {"hidden": 1024, "symbols": 160, "width": 128, "kernel": 31, "memory": 512}
LARGEST = FULL | {"symbols": kernels.MOST_SYMBOLS, "width": kernels.MOST_WIDTH}
TINY = {"hidden": 5, "symbols": 1, "width": 3, "kernel": 3, "memory": 7}
CASES = [
    (1, torch.float32, FULL),
    (128, torch.float32, FULL),
    (128, torch.bfloat16, FULL),
    (128, torch.float16, LARGEST),
    (2, torch.float32, TINY),
]


class Absent:
    """A driver's answers for one GPU."""

    def __init__(self, capability):
        self.target = GPUTarget("cuda", capability, 32)

    def get_current_target(self):
        return self.target

    def get_current_device(self):
        return 0

    def get_current_stream(self, _):
        return 0


def compile_all(capability):
    """(case, kernel, compiled) of every case."""
    compiled, case, run = [], 0, JITFunction.run

    def compile_only(self, *args, warmup, **options):
        kernel = run(self, *args, warmup=True, **options)
        compiled.append((case, self.__name__.removeprefix("_"), kernel))

    driver.set_active(Absent(capability))
    JITFunction.run = compile_only
    for case, (batch, dtype, sizes) in enumerate(CASES):  # noqa: B007
        lstm(batch, dtype, sizes["hidden"])
        attention(batch, dtype, **sizes)
    return compiled


def lstm(batch, dtype, size):
    state, gates, half = (
        torch.empty(batch, size),
        torch.empty(batch, 4 * size),
        torch.empty(batch, 4 * size, dtype=dtype),
    )
    row = torch.empty(batch, 2 * size, dtype=dtype)
    lstm_forward(half, half, state, state, state, row[:, size:], gates, state)
    lstm_forward(half, None, None, state, state, row[:, size:])
    lstm_backward(state, state, gates, state, state, state, half)
    lstm_backward(state, state, gates, state, state, None, half)


def attention(batch, dtype, hidden, symbols, width, kernel, memory):
    keys, history = torch.empty(batch, symbols, width), torch.empty(batch, 2, symbols)
    query, energy = torch.empty(batch, width), torch.empty(batch, symbols)
    values = torch.empty(batch, symbols, memory, dtype=dtype)
    row = torch.empty(batch, memory + hidden, dtype=dtype)
    exact = torch.empty(batch, memory + hidden)[:, :memory]
    kernels.energies(keys, query, history, torch.empty(2, kernel, width), query[0], energy)
    kernels.attend(energy, energy, values, history, energy, row[:, :memory])
    kernels.attend(energy, energy, values, history, energy, row[:, :memory], exact.contiguous())
    kernels.attend_backward(exact, values, energy, energy, history, keys, energy, keys, query)
    kernels.fold_windows(torch.empty(2 * kernel, batch * symbols), history)


def needs(kernel):
    """Registers of a thread; bytes of its stack and of spilled registers; bytes of a program."""
    with tempfile.NamedTemporaryFile(suffix=".cubin") as file:
        file.write(kernel.asm["cubin"])
        file.flush()
        command = [knobs.nvidia.cuobjdump.path, "--dump-resource-usage", file.name]
        usage = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    numbers = {
        name.lower(): int(size) for name, size in re.findall(r"(REG|STACK|LOCAL):(\d+)", usage)
    }
    threads = 32 * kernel.metadata.num_warps
    rounds = "cvt.rn.bf16" in kernel.asm["ptx"]
    return numbers | {"shared": kernel.metadata.shared, "threads": threads, "rounds": rounds}


if __name__ == "__main__":
    for case, name, kernel in compile_all(int(sys.argv[1])):
        print(json.dumps({"case": case, "kernel": name} | needs(kernel)))
