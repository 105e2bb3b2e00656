"""The site does what `/openapi.json` says, whatever schemathesis makes of it."""

import json
import time
import urllib.request
from typing import Any

import hypothesis
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.site import Site

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
OPERATIONS = {
    ("GET", "/docs"),
    ("GET", "/livez"),
    ("GET", "/metrics"),
    ("GET", "/openapi.json"),
    ("GET", "/readyz"),
    ("GET", "/v1/dossiers/{code}/notices"),
    ("GET", "/webhooks/zalo"),
    ("POST", "/v1/events"),
    ("POST", "/webhooks/zalo"),
}
EXAMPLES = {"POST": 25, "GET": 6}
SECONDS_PER_OPERATION = 4.0


def load_document(site: Site) -> dict[str, Any]:
    with urllib.request.urlopen(f"{site.url}/openapi.json", timeout=10) as answer:
        document: dict[str, Any] = json.load(answer)
    return document


def test_the_description_lists_the_addresses_of_the_contract(site: Site) -> None:
    document = load_document(site)
    assert document["openapi"].startswith("3.1")
    listed = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert listed >= OPERATIONS


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["fitting", "unfitting"])
def test_no_generated_request_gets_a_5xx_or_an_undescribed_answer(site: Site, mode: GenerationMode) -> None:
    schema = schemathesis.openapi.from_dict(load_document(site))
    tried: dict[str, int] = {}
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {site.key}"
        for result in schema.get_all_operations():
            operation = result.ok()
            try:
                strategy = operation.as_strategy(generation_mode=mode)
                tried[operation.label] = _try_all(site, session, strategy, operation.method.upper())
            except hypothesis.errors.Unsatisfiable:  # nothing in this operation can be made unfitting
                assert mode is GenerationMode.NEGATIVE
    assert all(count >= 1 for count in tried.values())
    assert {"POST /v1/events", "POST /webhooks/zalo"} <= tried.keys()


def _try_all(site: Site, session: requests.Session, strategy: Any, method: str) -> int:
    count = 0
    deadline = time.monotonic() + SECONDS_PER_OPERATION

    @hypothesis.given(case=strategy)
    @hypothesis.settings(
        max_examples=EXAMPLES.get(method, 6),
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def one(case: Case) -> None:
        nonlocal count
        if time.monotonic() > deadline and count:
            return
        count += 1
        case.call_and_validate(base_url=site.url, session=session, checks=CHECKS, timeout=20)

    one()
    return count
