"""Runs a check on many mutated files: a few in the quick suite, 2,000 in the slow one."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy

COUNTS = [30, pytest.param(2000, marks=pytest.mark.slow)]


def fuzz(count: int, cases: SearchStrategy, check: Callable[[Any], None]) -> None:
    """Draw cases, always the same, and check each."""

    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(cases)
    def run(case):
        check(case)

    run()
