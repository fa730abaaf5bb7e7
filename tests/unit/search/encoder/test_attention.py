"""What attention as one operator takes, and what it leaves to the model's own code."""

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    import torch

SHAPE: Final = (1, 4, 7, 8)


def _module() -> "torch.nn.Module":
    from torch.nn import Module

    return Module()


def _configured() -> "torch.nn.Module":
    module = _module()
    module.config = SimpleNamespace(_attn_implementation="eager")  # type: ignore[assignment]
    return module


def _refused(module: "torch.nn.Module", **changed: Any) -> None:  # noqa: ANN401
    import torch

    from search.encoder.attention import CannotAttendSo, attend

    heads = torch.zeros(SHAPE)
    given = {"query": heads, "key": heads, "value": heads, "attention_mask": None, "scaling": 0.5}
    with pytest.raises(CannotAttendSo):
        attend(module, **{**given, **changed})


@pytest.mark.parametrize(
    "changed",
    [{"scaling": None}, {"dropout": 0.1}, {"sliding_window": 128}],
    ids=lambda changed: next(iter(changed)),
)
def test_what_the_operator_does_not_do_is_refused(changed: dict[str, Any]) -> None:
    _refused(_module(), **changed)


@pytest.mark.parametrize(
    ("name", "shape"), [("attention_mask", (1, 1, 7, 7)), ("key", (1, 2, 7, 8))]
)
def test_a_mask_and_heads_that_are_shared_are_refused(name: str, shape: tuple[int, ...]) -> None:
    import torch

    _refused(_module(), **{name: torch.zeros(shape)})


def test_a_model_that_looks_back_alone_is_refused() -> None:
    module = _module()
    module.is_causal = True  # type: ignore[assignment]
    _refused(module)


def test_modules_attend_as_before_once_traced_and_after_an_error() -> None:
    from torch.nn import Sequential

    from search.encoder.attention import ONE_STEP, CannotAttendSo, in_one_step

    outer = Sequential(_configured(), _configured())

    def way() -> set[str]:
        return {str(vars(each.config)["_attn_implementation"]) for each in outer.children()}

    def traced_and_failing() -> None:
        with in_one_step(outer):
            assert way() == {ONE_STEP}
            raise CannotAttendSo

    with pytest.raises(CannotAttendSo):
        traced_and_failing()

    assert way() == {"eager"}
