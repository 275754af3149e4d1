"""One measurement over many files in parallel; nothing is written."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from ..errors import ClipError, Unusable, os_reason
from ..records import Outcome
from .run import NO_MEMORY, JobsConfig, Progress
from .summary import reason_lines

T = TypeVar("T")


@dataclass(frozen=True)
class Measured(Generic[T]):
    """The value of every measured file by id, and why the others could not be measured."""

    values: dict[str, T]
    troubles: tuple[Outcome, ...]

    @property
    def exit_code(self) -> int:
        """0 clean, 3 where files could not be measured."""
        return 3 if self.troubles else 0


def measure_all(
    paths: Mapping[str, Path], measure: Callable[[Path], T], jobs: JobsConfig, progress: Progress
) -> Measured[T]:
    """Measure every file of `paths`, a mapping of ids; results are in the order of ids."""
    values: dict[str, T] = {}
    troubles: list[Outcome] = []
    with ThreadPoolExecutor(jobs.workers) as pool:
        try:
            names = {pool.submit(measure, path): name for name, path in paths.items()}
            for future in progress(as_completed(names), len(names)):
                _settle(names[future], future, values, troubles)
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    ordered = {name: values[name] for name in sorted(values)}
    return Measured(ordered, tuple(sorted(troubles, key=lambda outcome: outcome.id)))


def _settle(name: str, future: Future[T], values: dict[str, T], troubles: list[Outcome]) -> None:
    facts: dict[str, Any] = {}
    try:
        values[name] = future.result()
        return
    except ClipError as error:
        status, why = "quarantined" if isinstance(error, Unusable) else "failed", error.why
        facts = {} if error.seconds is None else {"seconds": round(error.seconds, 6)}
    except OSError as error:
        status, why = "failed", os_reason(error)
    except MemoryError:
        status, why = "failed", NO_MEMORY
    except Exception as error:
        status = "failed"
        why = f"{type(error).__name__}: {error} (a bug in voiceprep: please report it)"
    troubles.append(Outcome(name, status, why, facts))


def trouble_lines(troubles: tuple[Outcome, ...]) -> Iterator[str]:
    """The files that could not be measured, with the reasons, as the summary of a run has them."""
    for status in ("quarantined", "failed"):
        yield from reason_lines(troubles, status, status, "the output of --json")
