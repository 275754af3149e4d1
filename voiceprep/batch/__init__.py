"""One function over many clips: jobs, ledger, outcomes, summary."""

from .run import BatchConfig, BatchResult, run_batch

__all__ = ["BatchConfig", "BatchResult", "run_batch"]
