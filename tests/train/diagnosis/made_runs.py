"""Runs of a voice with one known fault: attention, gate and sound, uneven and noisy as real ones.

Nothing here is taken from the checks: lengths and severities are those that a listener would
name. Every run is of a text of its own length, at its own pace, blur, jitter and noise.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from voiceprep.train.diagnosis.causes import find_cause
from voiceprep.train.diagnosis.run import measure_run
from voiceprep.train.diagnosis.runs import Run
from voiceprep.train.diagnosis.thresholds import judge_thresholds

STEP_SECONDS = 256 / 22050
GATE_SILENT = "finished but gate silent"
LIMIT = 1400
MEL_CHANNELS = 20
SPEECH, SILENCE = -4.0, -9.5


@dataclass(frozen=True, eq=False)
class MadeRun:
    """A synthetic run: alignment (S, N), gate (S,), mel (M, S), and why it ended."""

    alignment: np.ndarray
    gate: np.ndarray
    mel: np.ndarray
    stop: str
    cause: str


@dataclass
class Plan:
    """What a run is made of: where the attention is (S,), how blurred, where there is sound."""

    symbols: int
    path: np.ndarray
    blur: np.ndarray
    sound: np.ndarray
    end: int
    opens: int | None
    stop: str


def made_run(cause: str, seed: int) -> MadeRun:
    """A run with the one fault that is named, or with none for "fine"."""
    random = np.random.default_rng([seed, *cause.encode()])
    plan = read_well(random)
    FAULTS[cause](plan, random)
    return MadeRun(*render(plan, random), plan.stop, cause)


def read_well(random) -> Plan:
    """A text read from begin to end, with pauses, letters of no sound, and a rest on the end."""
    symbols = int(random.integers(12, 160))
    pace = random.uniform(3.5, 10)
    stays = np.round(random.gamma(6, pace / 6, symbols)).astype(int)
    stays[random.random(symbols) < 0.06] = 0
    pauses = random.random(symbols) < 0.04
    stays[pauses] = random.integers(12, 35, pauses.sum())
    stays[-1] = max(stays[-1], 4)
    path = np.repeat(np.arange(symbols), stays)
    end = len(path)
    rest = int(random.integers(4, 28))
    path = np.concatenate([path, np.full(rest, symbols - 1)])
    sound = np.arange(len(path)) < end + 3
    blur = np.full(len(path), random.uniform(0.35, 1.3))
    return Plan(symbols, path, blur, sound, end, len(path) - 1, "gate")


def render(plan, random):
    """Attention with blur, jitter and noise; a gate that wavers; a mel that is loud or not."""
    steps, jitter = len(plan.path), random.uniform(0, 0.6)
    centre = plan.path + random.normal(0, jitter, steps)
    centre = np.clip(centre, 0, plan.symbols - 1)[:, None]
    places = np.arange(plan.symbols)
    weights = np.exp(-((places - centre) ** 2) / (2 * plan.blur[:, None] ** 2))
    weights /= weights.sum(1, keepdims=True)
    noise = random.gamma(0.5, 1, weights.shape)
    share = random.uniform(0, 0.2)
    weights = (1 - share) * weights + share * noise / noise.sum(1, keepdims=True)
    gate = random.uniform(0, 0.15) * random.random(steps) ** 4
    if plan.opens is not None:
        rise = np.arange(steps) - plan.opens
        slope = random.uniform(0.5, 2)
        gate = np.maximum(gate, expit(slope * (rise + 0.5)))
        gate[: plan.opens] = np.minimum(gate[: plan.opens], 0.49)
    level = np.where(plan.sound, SPEECH + random.normal(0, 1.0, steps), SILENCE)
    mel = level + random.normal(0, 0.5, (MEL_CHANNELS, steps))
    return weights.astype(np.float32), gate.astype(np.float32), mel.astype(np.float32)


def go_on(plan, path, blur=None, sound=True, stop="limit", opens=None):
    """Let a run end otherwise: what comes from the end of `plan.path` on, and why it stops."""
    path = np.asarray(path)
    plan.blur = np.concatenate(
        [plan.blur[: len(plan.path)], np.full(len(path), plan.blur[0] if blur is None else blur)]
    )
    plan.sound = np.concatenate([plan.sound[: len(plan.path)], np.full(len(path), sound)])
    plan.path = np.concatenate([plan.path, path])
    plan.stop, plan.opens = stop, opens


def cut(plan, steps):
    plan.path, plan.blur, plan.sound = plan.path[:steps], plan.blur[:steps], plan.sound[:steps]


def splice(plan, step, removed=0, path=(), blur=None):
    """Put other steps in at one; the end and the gate move along."""
    path = np.asarray(path)
    after, wide = step + removed, plan.blur[0] if blur is None else blur
    plan.path = np.concatenate([plan.path[:step], path, plan.path[after:]])
    plan.blur = np.concatenate([plan.blur[:step], np.full(len(path), wide), plan.blur[after:]])
    plan.sound = np.concatenate([plan.sound[:step], np.ones(len(path), bool), plan.sound[after:]])
    plan.end += len(path) - removed
    plan.opens += len(path) - removed


def wander(plan, random, steps):
    """Attention that is on no place, or on another each moment: (path, blur)."""
    if random.random() < 0.5:
        return np.full(steps, random.integers(plan.symbols)), plan.symbols * random.uniform(0.5, 3)
    held = random.integers(1, 5)
    places = random.integers(0, plan.symbols, -(-steps // held))
    return np.repeat(places, held)[:steps], None


def fine(plan, random):
    pass


def never_aligned(plan, random):
    steps = int(random.integers(max(100, plan.end // 2), LIMIT))
    path, blur = wander(plan, random, steps)
    if random.random() < 0.3:
        path, blur = np.full(steps, random.integers(plan.symbols)), None
    ends = random.random() < 0.3
    cut(plan, 1)
    go_on(plan, path, blur, stop="gate" if ends else "limit", opens=steps if ends else None)


def lost(plan, random):
    at = int(plan.end * random.uniform(0.3, 0.8))
    if random.random() < 0.5:
        path, blur = wander(plan, random, int(random.integers(60, 250)))
        splice(plan, at, path=path, blur=blur)
    else:
        cut(plan, at)
        go_on(plan, *wander(plan, random, int(random.integers(80, 600))))


def room(plan, random, size):
    """A place in the text with room for so many symbols ahead: (symbol, its first step)."""
    symbol = int(random.integers(2, plan.symbols - size - 2))
    return symbol, first_at(plan, symbol)


def first_at(plan, symbol):
    return int((plan.path >= symbol).argmax())


def skipped(plan, random):
    size = int(random.integers(7, min(30, plan.symbols // 2 + 2) + 1))
    size = min(size, plan.symbols - 6)
    symbol, step = room(plan, random, size)
    splice(plan, step, first_at(plan, symbol + size) - step)


def repeated(plan, random):
    for _ in range(int(random.integers(1, 4))):
        size = int(random.integers(5, min(30, plan.symbols // 2 + 1)))
        symbol, begin = room(plan, random, size)
        step = first_at(plan, symbol + size)
        splice(plan, step, path=plan.path[begin:step].copy())


def stalled(plan, random):
    at = int(plan.end * random.uniform(0.05, 0.85))
    stay = plan.path[at]
    if random.random() < 0.3:
        cut(plan, at)
        go_on(plan, np.full(int(random.integers(200, 600)), stay))
    else:
        splice(plan, at, path=np.full(int(random.integers(100, 350)), stay))


def gate_silent(plan, random):
    stay = int(random.integers(120, 200))
    cut(plan, plan.end)
    plan.sound[:] = True
    go_on(plan, np.full(stay, plan.symbols - 1), sound=False, stop="saturated")


def gate_early(plan, random):
    unread = int(random.integers(7, plan.symbols - 3)) if plan.symbols > 11 else 7
    plan.opens = int(np.flatnonzero(plan.path <= plan.symbols - 1 - unread)[-1])
    if random.random() < 0.5:
        cut(plan, plan.opens + 1)


def gate_late(plan, random):
    rest = int(random.integers(80, 118))
    cut(plan, plan.end)
    go_on(
        plan, np.full(rest, plan.symbols - 1), sound=False, stop="gate", opens=plan.end + rest - 1
    )


def babble(plan, random):
    cut(plan, plan.end)
    last, opens = plan.symbols - 1, None
    rest = np.full(int(random.integers(14, 40)), last)
    kind = random.integers(3)
    steps = int(random.integers(60, 300))
    if kind == 0:
        first = int(random.integers(0, max(1, last - 8)))
        again = plan.path[first_at(plan, first) :]
        more = np.concatenate([rest, again, np.full(40, last)])
    elif kind == 1:
        held = np.repeat(random.integers(0, plan.symbols, 1 + steps // 3), 3)
        more = np.concatenate([rest, held])
    else:
        more = np.full(80 + steps // 4, last)
    late = random.random() < 0.3
    opens = plan.end + len(more) - 1 if late else None
    go_on(plan, more, sound=True, stop="gate" if late else "limit", opens=opens)


def not_finite(plan, random):
    cut(plan, int(plan.end * random.uniform(0, 1)))
    plan.stop, plan.opens = "nan", None


FAULTS = {
    "fine": fine,
    "not finite": not_finite,
    "never aligned": never_aligned,
    "lost attention": lost,
    "skipped": skipped,
    "repeated": repeated,
    "stalled": stalled,
    "gate too early": gate_early,
    "babble after the end": babble,
    "gate late": gate_late,
    "finished but gate silent": gate_silent,
}


def ran(cause, number, seed=0, ending=".", voice="a.pt"):
    """A made run as a run of a voice, diagnosed as what it was made to be."""
    made = made_run(cause, number)
    found = measure_run(made.alignment, made.gate, made.mel, made.stop, STEP_SECONDS)
    assert find_cause(found) == cause
    outcomes = judge_thresholds(made.gate, found)
    names = (voice, f"s{number}", f"text {number}", ending)
    return Run(*names, seed, found, cause, outcomes, 0.5, np.zeros(0))
