"""What schemathesis makes up is now and then replaced by what there is on the server: numbers and
names that it would never guess. `run` says what that is, and reads how each request was answered.
"""

from __future__ import annotations

import json
import os
import zlib
from pathlib import Path

import schemathesis

KNOWN = json.loads(os.environ["OPENAPI_KNOWN"])
ANSWERS = Path(os.environ["OPENAPI_ANSWERS"])


def is_replaced(value: object) -> bool:
    """Three of four values, always the same ones."""
    return zlib.crc32(repr(value).encode()) % 4 != 0


def with_known(values: object, known: dict) -> object:
    """Some of the values by what is known under their names."""
    if not isinstance(values, dict):
        return values
    return {name: known[name] if name in known and is_replaced(value) else value
            for name, value in values.items()}


def known_to(label: str) -> dict:
    """By the names of parameters: `DELETE /api/projects/{id}` takes another project's number."""
    if label in KNOWN["of_operations"]:
        return KNOWN["names"] | KNOWN["of_operations"][label]
    resource = label.split("/")[2]
    return KNOWN["names"] | KNOWN["of_resources"].get(resource, {})


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    return with_known(path_parameters, known_to(context.operation.label))


@schemathesis.hook
def map_query(context, query):
    return with_known(query, known_to(context.operation.label))


@schemathesis.hook
def map_body(context, body):
    return with_known(body, known_to(context.operation.label))


@schemathesis.hook
def after_call(_context, case, response):
    with ANSWERS.open("a", encoding="utf-8") as answers:
        answers.write(f"{case.operation.label}\t{response.status_code}\n")
