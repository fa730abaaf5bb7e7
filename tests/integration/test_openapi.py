"""The API against its own description: what schemathesis makes up is answered as described.

    EVIDENCE_CASES=5000 python -m pytest tests/integration/test_openapi.py -k any_request

runs as many cases as it says, by all of schemathesis's checks.
"""

import math
import os
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings

from api.app import create_app
from api.settings import load_settings
from search.searcher import Searcher
from tests.builders import content, generation, report
from tests.fakes import HashingEncoder

ENCODER = HashingEncoder()
CASES: Final = int(os.environ.get("EVIDENCE_CASES", "300"))
REPORTS = [report("r0", "Tutoring", centre="eef", year=2020), report("r1", "Patrols")]
TEXTS = [
    (f"r{place % 2}", f"Tutoring number {place} helped {place * 7} pupils to read well.")
    for place in range(30)
]


#: What a JSON schema cannot say of a valid request: only these may refuse one.
INEXPRESSIBLE: Final = re.compile(
    r"^fields|cursor|, is after the last,|must name one of report, passage, doi and text"
    r"|The question is empty|The text has \d+ characters|Send either `text` or `file`"
    r"|^The file |Reading it |^There is no text in it|is no RIS"
    r"|passages were asked for|^Two keys were shown"
)


class _Fixed:
    def __init__(self, searcher: Searcher) -> None:
        self._searcher = searcher

    def current(self) -> Searcher:
        return self._searcher


@cache
def _described() -> dict[str, Any]:
    return create_app(load_settings()).openapi()


OPERATIONS = [
    (path, method)
    for path, operations in _described()["paths"].items()
    for method in operations
]  # fmt: skip
EACH = math.ceil(CASES / len(OPERATIONS))


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    made = generation(tmp_path_factory.mktemp("home"), content(REPORTS, TEXTS, ENCODER), ENCODER)
    return create_app(
        load_settings(home=tmp_path_factory.mktemp("none")), _Fixed(Searcher(made, ENCODER))
    )


@pytest.fixture(scope="module", autouse=True)
def _started(app: FastAPI) -> Iterator[None]:
    with TestClient(app):
        yield


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_any_request_is_answered_as_described(app: FastAPI, path: str, method: str) -> None:
    import schemathesis
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import positive_data_acceptance

    schema = schemathesis.openapi.from_asgi("/openapi.json", app)

    @settings(
        max_examples=EACH,
        deadline=None,
        database=None,
        derandomize=CASES <= 300,  # the same cases each time, unless many are wanted
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=schema[path][method.upper()].as_strategy())
    def ask(case: schemathesis.Case[Any]) -> None:
        response = case.call()
        told = response.json()["detail"] if response.status_code in {400, 422} else ""
        excluded: list[Any] = [positive_data_acceptance] if INEXPRESSIBLE.search(told) else []
        if response.status_code == 501:  # what oEmbed answers to a format it does not speak
            excluded.append(not_a_server_error)
        case.validate_response(response, excluded_checks=excluded)

    ask()


def _operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, operations in _described()["paths"].items():
        for method, operation in operations.items():
            yield f"{method.upper()} {path}", operation


def test_every_operation_is_described() -> None:
    for name, operation in _operations():
        assert operation["summary"], name
        assert operation["description"].endswith("."), name
        for parameter in operation.get("parameters", ()):
            assert parameter["description"], (name, parameter["name"])
            assert _shown(parameter["schema"] | parameter), (name, parameter["name"])


def _shown(schema: dict[str, Any]) -> bool:
    """Whether a reader sees what a value looks like."""
    told = {"examples", "example", "default", "enum", "$ref"}
    return bool(told & schema.keys()) or schema.get("type") == "boolean"


def test_every_error_has_a_body_with_an_example() -> None:
    for name, operation in _operations():
        assert {"200", "500"} <= operation["responses"].keys(), name
        if "requestBody" in operation:
            assert {"400", "408", "413", "422"} <= operation["responses"].keys(), name
        for status, told in operation["responses"].items():
            if int(status) >= 400:
                body = told["content"]["application/problem+json"]
                assert body["schema"] == {"$ref": "#/components/schemas/Problem"}
                assert body["example"]["status"] == int(status)
                assert body["example"]["detail"]


def test_every_property_says_what_it_is() -> None:
    for name, schema in _described()["components"]["schemas"].items():
        assert schema.get("description") or name.startswith("Body_") or "enum" in schema, name
        for field, told in schema.get("properties", {}).items():
            assert told.get("description"), f"{name}.{field}"


def test_parts_of_answers_are_described_without_what_is_required() -> None:
    schemas = _described()["components"]["schemas"]
    part = schemas["SearchResponsePart"]
    assert "required" not in part
    assert part["properties"]["hits"]["items"] == {"$ref": "#/components/schemas/HitOutPart"}
    assert schemas["HitOut"]["required"]
