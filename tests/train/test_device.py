import errno
import os
import signal
import subprocess
from datetime import timedelta

import numpy as np
import pytest
import torch
from torch import distributed, multiprocessing
from torch.nn.parallel import DistributedDataParallel

from tests import forked
from voiceprep.errors import OutOfMemory, PeerLost, SettingError, UserError
from voiceprep.train.data.batching import epoch_batches
from voiceprep.train.device import (
    World,
    autocast,
    broadcast_flag,
    describe_device,
    describe_precision,
    exact_products,
    make_scaler,
    matmul_precision,
    meet,
    memory_errors,
    pick_device,
    pick_precision,
    process_group,
    sum_over_world,
    thread_count,
)

CPU = torch.device("cpu")
TF32, EXACT = ("high", True), ("highest", False)


def test_a_run_of_its_own_is_a_world_of_one():
    world = World.from_environment({})
    assert world == World(0, 1, 0, 1)
    assert world.leads
    with process_group(world, CPU):
        assert sum_over_world(torch.tensor(3.0)) == 3
        assert broadcast_flag(2, CPU) == 2


def test_a_world_is_what_torchrun_tells():
    values = {"RANK": "5", "WORLD_SIZE": "8", "LOCAL_RANK": "1", "LOCAL_WORLD_SIZE": "4"}
    values |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "29500"}
    assert World.from_environment(values) == World(5, 8, 1, 4)
    assert not World.from_environment(values).leads


@pytest.mark.parametrize(
    "values",
    [
        {"WORLD_SIZE": "2"},
        {"RANK": "2", "WORLD_SIZE": "2", "LOCAL_RANK": "0", "LOCAL_WORLD_SIZE": "2"},
        {"RANK": "-1", "WORLD_SIZE": "2", "LOCAL_RANK": "0", "LOCAL_WORLD_SIZE": "2"},
    ],
)
def test_half_a_world_is_an_error(values):
    with pytest.raises(UserError, match="not torchrun's"):
        World.from_environment(values)


def test_the_device_is_found_by_itself_or_named():
    assert pick_device("cpu") == CPU
    assert pick_device("auto").type in ("cpu", "cuda")
    for name in ("banana", "meta", "cuda:99"):
        with pytest.raises(SettingError, match=name):
            pick_device(name)


def test_a_device_without_float64_is_refused_with_one_that_works():
    with pytest.raises(SettingError, match=r"mps.*--device cpu"):
        pick_device("mps")


def test_each_of_several_processes_has_the_gpu_of_its_local_rank(monkeypatch):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 4)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    # The second of three processes on the second of two machines.
    world = World(4, 6, 1, 3)
    for name in ("auto", "cuda", "cuda:0", "cuda:3"):
        assert pick_device(name, world) == torch.device("cuda:1")
    assert pick_device("cpu", world) == CPU
    assert pick_device("cuda:3") == torch.device("cuda:3")
    assert pick_device("auto") == torch.device("cuda:0")


def test_more_processes_than_gpus_are_refused_with_the_host(monkeypatch):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    for rank in (0, 1):
        with pytest.raises(SettingError, match=f"{os.uname().nodename} has 1 GPUs for 2 processes"):
            pick_device("auto", World(rank, 2, rank, 2))
    assert pick_device("auto", World(1, 2, 0, 1)) == torch.device("cuda:0")


def test_the_number_of_a_gpu_is_told_of_where_it_has_no_effect():
    assert "--device cuda:1 is ignored" in describe_device("cuda:1", World(0, 2, 0, 2))
    assert not describe_device("cuda:1", World())
    for name in ("auto", "cuda", "cpu"):
        assert not describe_device(name, World(0, 2, 0, 2))


def test_half_precision_is_picked_where_there_are_units_for_it(monkeypatch):
    for able, picked in (({"avx512_bf16": True}, "bf16"), ({"avx2": True}, "fp32")):
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda able=able: able)
        assert pick_precision("auto", CPU) == picked
    assert pick_precision("fp16", CPU) == "fp16"
    with pytest.raises(SettingError, match="only GPUs have it"):
        pick_precision("tf32", CPU)


def test_what_half_precision_comes_to_on_a_cpu_is_told(monkeypatch):
    for able, auto in (({"avx512_bf16": True}, "bf16"), ({"avx2": True}, "fp32")):
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda able=able: able)
        assert f"auto is {auto}" in describe_precision("fp16", CPU)
        assert bool(describe_precision("bf16", CPU)) == (auto == "fp32")
        for name in ("fp32", auto):
            assert not describe_precision(name, CPU)
        for name in ("fp16", "bf16"):
            assert not describe_precision(name, torch.device("cuda"))


@pytest.mark.parametrize(
    ("precision", "kind"),
    [("fp32", torch.float32), ("bf16", torch.bfloat16), ("fp16", torch.float16)],
)
def test_products_are_of_the_precision_and_weights_stay_whole(precision, kind):
    layer = torch.nn.Linear(4, 4)
    with autocast(precision, CPU):
        assert layer(torch.ones(2, 4)).dtype == kind
    assert layer.weight.dtype == torch.float32


@pytest.mark.parametrize("precision", ["fp32", "bf16", "fp16"])
def test_a_line_is_learnt_in_every_precision(precision):
    torch.manual_seed(0)
    layer = torch.nn.Linear(4, 1)
    optimiser, scaler = torch.optim.SGD(layer.parameters(), 0.1), make_scaler(precision, CPU)
    x = torch.randn(32, 4)
    y = x.sum(1, keepdim=True)
    for _ in range(100):
        optimiser.zero_grad()
        with autocast(precision, CPU):
            loss = (layer(x).float() - y).square().mean()
        scaler.scale(loss).backward()
        scaler.step(optimiser)
        scaler.update()
    assert torch.allclose(layer.weight, torch.ones(1, 4), atol=0.01)
    assert scaler.is_enabled() == (precision == "fp16")


def test_an_overflow_in_fp16_is_stepped_over():
    layer = torch.nn.Linear(4, 1)
    optimiser, scaler = torch.optim.SGD(layer.parameters(), 0.1), make_scaler("fp16", CPU)
    before, scale = layer.weight.clone(), scaler.get_scale()
    scaler.scale(layer(torch.full((1, 4), torch.inf)).sum()).backward()
    scaler.step(optimiser)
    scaler.update()
    assert torch.equal(layer.weight, before)
    assert scaler.get_scale() < scale


def float32_precision():
    return torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32


@pytest.mark.parametrize(
    ("precision", "device", "wanted"),
    [
        ("tf32", "cuda", TF32),
        ("bf16", "cuda", TF32),
        ("fp16", "cuda", TF32),
        ("fp32", "cuda", EXACT),
        ("bf16", "cpu", EXACT),
    ],
)
def test_what_stays_float32_on_a_gpu_is_in_tf32_until_the_run_ends(precision, device, wanted):
    before = float32_precision()
    with matmul_precision(precision, torch.device(device)):
        assert float32_precision() == wanted
        with exact_products():
            assert float32_precision() == EXACT
        assert float32_precision() == wanted
    assert float32_precision() == before


def test_processes_on_one_machine_share_its_cores(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS")
    cores = thread_count()
    assert cores >= 1
    assert thread_count(World(0, 2, 0, 2)) == max(1, cores // 2)
    assert thread_count(World(0, 10_000, 0, 10_000)) == 1


@pytest.mark.parametrize(
    ("value", "count"), [("3", 3), ("4,2", 4), (" 5 ", 5), ("+6", 6), ("9999999", 1024)]
)
def test_a_process_has_the_threads_that_were_chosen(monkeypatch, value, count):
    monkeypatch.setenv("OMP_NUM_THREADS", value)
    assert thread_count() == thread_count(World(0, 2, 0, 2)) == count


@pytest.mark.parametrize("value", ["", "0", "-1", "1.5", "two", "3 4"])
def test_what_is_no_number_of_threads_is_ignored_as_by_openmp(monkeypatch, value):
    monkeypatch.delenv("OMP_NUM_THREADS")
    usual = thread_count()
    monkeypatch.setenv("OMP_NUM_THREADS", value)
    assert thread_count() == usual


@pytest.mark.parametrize(("typed", "count"), [({}, 3), ({"OMP_NUM_THREADS": "1"}, 1)])
def test_the_one_thread_that_torchrun_sets_is_told_from_the_users(monkeypatch, typed, count):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: range(6))
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "none")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(["cat"], env=typed, **pipes) as torchrun:
        # The system shows an environment only once the program runs.
        torchrun.stdin.write(b"running\n")
        torchrun.stdin.flush()
        assert torchrun.stdout.readline() == b"running\n"
        monkeypatch.setattr(os, "getppid", lambda: torchrun.pid)
        assert thread_count(World(0, 2, 0, 2)) == count
        torchrun.stdin.close()


def test_no_process_waits_for_threads_over_the_limit_of_openmp(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    monkeypatch.setenv("OMP_THREAD_LIMIT", "3")
    assert thread_count() == 3
    monkeypatch.setenv("OMP_THREAD_LIMIT", "1")
    monkeypatch.delenv("OMP_NUM_THREADS")
    assert thread_count() == thread_count(World(0, 2, 0, 2)) == 1


NO_MEMORY = [
    MemoryError(),
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB."),
    RuntimeError("[enforce fail] . DefaultCPUAllocator: can't allocate memory: you tried to …"),
    RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
    OSError(errno.ENOMEM, "Cannot allocate memory"),
]


@pytest.mark.parametrize("error", NO_MEMORY, ids=[type(error).__name__ for error in NO_MEMORY])
def test_running_out_of_memory_says_what_did_not_fit_and_what_helps(error):
    outer = memory_errors("training", "lower it")
    with pytest.raises(OutOfMemory) as caught, outer, memory_errors("a batch"):
        raise error
    assert (caught.value.what, caught.value.advice) == ("a batch", "lower it")


@pytest.mark.parametrize("error", [RuntimeError("shapes differ"), OSError(errno.ENOENT, "gone")])
def test_another_error_stays_as_it_is(error):
    with pytest.raises(type(error)) as caught, memory_errors("a batch"):
        raise error
    assert caught.value is error


def test_a_batch_that_the_allocator_refuses_is_out_of_memory():
    with pytest.raises(OutOfMemory), memory_errors("a batch"):
        torch.empty(2**60)


FRAMES = np.array([3, 9, 4, 7, 2])


def clip(index):
    """The frames of a clip and what is to come out, which no two clips share."""
    generator = torch.Generator().manual_seed(int(index))
    return torch.randn(FRAMES[index], 6, generator=generator), torch.randn(
        FRAMES[index], 2, generator=generator
    )


def layer_of_known_weights():
    torch.manual_seed(1)
    return torch.nn.Linear(6, 2)


def share_of_loss(layer, indices, total):
    return sum((layer(x) - y).square().sum() for x, y in map(clip, indices)) / total


def work_together(rank, port, folder):
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    torch.set_num_threads(1)
    world = World(rank, 2, rank, 2)
    with process_group(world, CPU):
        (mine,) = epoch_batches(FRAMES, 0, 1, batch_size=3, rank=rank, world=2)
        total = sum_over_world(torch.tensor(FRAMES[mine].sum()))
        layer = layer_of_known_weights()
        model = DistributedDataParallel(layer)
        (share_of_loss(model, mine, total) * world.size).backward()
        values = {
            "clips": mine.tolist(),
            "total": int(total),
            "gradient": layer.weight.grad,
            "calm": broadcast_flag(0, CPU),
            "stop": broadcast_flag(15 if rank == 1 else 0, CPU),
        }
    assert not torch.distributed.is_initialized()
    torch.save(values, folder / f"{rank}.pt")
    # As the command ends: torch's threads may abort a process that ends in the usual way.
    os._exit(0)


def lose_a_peer(rank, port, folder):
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    try:
        with process_group(World(rank, 2, rank, 2), CPU):
            broadcast_flag(0, CPU)
            if rank:
                os.kill(os.getpid(), signal.SIGKILL)
            while True:
                broadcast_flag(0, CPU)
    except PeerLost as error:
        (folder / "error").write_text(f"{error.exit_code} {error}")
    os._exit(0)


def test_a_process_whose_peer_is_killed_says_so_and_can_be_resumed(tmp_path):
    port = forked.free_port()
    processes = [
        forked.CONTEXT.Process(target=lose_a_peer, args=(rank, port, tmp_path)) for rank in (0, 1)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, -signal.SIGKILL]
    told = (tmp_path / "error").read_text()
    assert told.startswith("75 process 0 of 2 has lost another one (")
    assert "\n" not in told


@pytest.mark.parametrize("rank", [0, 1])
def test_a_process_that_meets_no_other_says_where_it_waited(monkeypatch, capfd, rank):
    port = forked.free_port()
    monkeypatch.setenv("MASTER_ADDR", "127.0.0.1")
    monkeypatch.setenv("MASTER_PORT", str(port))
    monkeypatch.setattr("voiceprep.train.device.MEETING_SECONDS", 1)
    alone = process_group(World(rank, 2, rank, 2), CPU)
    told = f"has not met the others at 127.0.0.1:{port} "
    with pytest.raises(UserError, match=told), alone:
        pass
    assert capfd.readouterr().err == ""


def test_processes_on_devices_of_two_kinds_are_told_which():
    store, wait = distributed.HashStore(), timedelta(seconds=1)
    store.set("device/1", "cuda on another")
    with pytest.raises(UserError, match=r"device cpu on .*, process 1 cuda on another"):
        meet(store, World(0, 2, 0, 1), CPU, wait)
    store.set("device/1", "cpu on another")
    meet(store, World(0, 2, 0, 1), CPU, wait)


@pytest.mark.parametrize("port", ["abc", "999999"])
def test_a_port_that_is_none_is_named(monkeypatch, port):
    monkeypatch.setenv("MASTER_ADDR", "127.0.0.1")
    monkeypatch.setenv("MASTER_PORT", port)
    with pytest.raises(UserError, match=f":{port} "), process_group(World(0, 2, 0, 2), CPU):
        pass


@pytest.mark.parametrize("unset", ["MASTER_ADDR", "MASTER_PORT"])
def test_several_processes_need_a_place_to_meet(unset):
    values = {"RANK": "0", "WORLD_SIZE": "2", "LOCAL_RANK": "0", "LOCAL_WORLD_SIZE": "2"}
    values |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "29500"}
    assert World.from_environment(values) == World(0, 2, 0, 2)
    del values[unset]
    with pytest.raises(UserError, match=unset):
        World.from_environment(values)
    assert World.from_environment(values | {"WORLD_SIZE": "1", "LOCAL_WORLD_SIZE": "1"}).size == 1


def test_two_processes_sum_stop_and_learn_as_one(tmp_path):
    port = forked.free_port()
    multiprocessing.start_processes(
        work_together, (port, tmp_path), nprocs=2, start_method=forked.METHOD
    )
    values = [torch.load(tmp_path / f"{rank}.pt") for rank in range(2)]
    assert sorted(values[0]["clips"] + values[1]["clips"]) == [0, 1, 2, 3, 4]
    layer = layer_of_known_weights()
    share_of_loss(layer, range(5), FRAMES.sum()).backward()
    for process in values:
        assert process["total"] == FRAMES.sum()
        assert torch.allclose(process["gradient"], layer.weight.grad, atol=1e-6)
        assert (process["calm"], process["stop"]) == (0, 15)
