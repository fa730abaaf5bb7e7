"""What attention as one operator takes, and what it leaves to the model's own code."""

from types import SimpleNamespace
from typing import Any

import pytest
import torch

from search.encoder.attention import ONE_STEP, CannotAttendSo, attend, in_one_step

HEADS = torch.zeros(1, 4, 7, 8)


class _Configured(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.config = SimpleNamespace(_attn_implementation="eager")


def _attend(module: torch.nn.Module | None = None, **changed: Any) -> None:  # noqa: ANN401
    given = {"query": HEADS, "key": HEADS, "value": HEADS, "attention_mask": None, "scaling": 0.5}
    attend(module or torch.nn.Module(), **{**given, **changed})


@pytest.mark.parametrize(
    "changed",
    [
        {"attention_mask": torch.zeros(1, 1, 7, 7)},
        {"scaling": None},
        {"dropout": 0.1},
        {"sliding_window": 128},
        {"key": HEADS[:, :2]},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_what_the_operator_does_not_do_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(CannotAttendSo):
        _attend(**changed)


def test_a_model_that_looks_back_alone_is_refused() -> None:
    module = torch.nn.Module()
    module.is_causal = True  # type: ignore[assignment]

    with pytest.raises(CannotAttendSo):
        _attend(module)


def _way(module: torch.nn.Module) -> set[str]:
    return {str(vars(each.config)["_attn_implementation"]) for each in module.children()}


def _traced_and_failing(module: torch.nn.Module) -> None:
    with in_one_step(module):
        assert _way(module) == {ONE_STEP}
        raise CannotAttendSo


def test_modules_attend_as_before_once_traced_and_after_an_error() -> None:
    outer = torch.nn.Sequential(_Configured(), _Configured())

    with pytest.raises(CannotAttendSo):
        _traced_and_failing(outer)

    assert _way(outer) == {"eager"}
