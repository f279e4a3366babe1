"""A few examples of each target, the same ones every time; `make fuzz` looks at many."""

import pytest

from tests.fuzzing.__main__ import fuzz
from tests.fuzzing.targets import TARGETS

RUNS = {"header": 250, "recipe": 80, "photo": 60, "edit": 40}


@pytest.mark.parametrize("name", TARGETS)
def test_every_example_keeps_its_promise(name: str) -> None:
    outcomes = fuzz(TARGETS[name], RUNS[name], first_seed=0)

    assert outcomes.total() >= RUNS[name]
    assert 0 < outcomes["accepted"] < outcomes.total()
