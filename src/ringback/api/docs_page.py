"""The page at /api/docs: every call and every error code, made from the OpenAPI document.

Litestar's own pages load their scripts from other people's servers; this one is plain HTML and asks nobody.
"""

import dataclasses
import inspect
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Any, cast

import msgspec
from litestar import Request
from litestar.openapi.plugins import JsonRenderPlugin, OpenAPIRenderPlugin

from ringback.api.problems import documented_errors
from ringback.api.security import policy_for_style
from ringback.routing.estimate import WaitEstimate

OPENAPI_PATH = "/api/openapi.json"
METHODS = ("get", "post", "put", "patch", "delete")

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1b1b1f }
code, pre { font-family: ui-monospace, monospace; font-size: .9em } h2 { margin-top: 2.5rem }
section { border-top: 1px solid #ccc; padding-top: 1rem } table { border-collapse: collapse }
td, th { text-align: left; vertical-align: top; padding: .2rem 1rem .2rem 0 } .method { text-transform: uppercase }
@media (prefers-color-scheme: dark) { body { background: #16161a; color: #eee } a { color: #9cf } }
"""
DOCS_POLICY = policy_for_style(_STYLE)

Json = Mapping[str, Any]


class DocumentPage(JsonRenderPlugin):
    """The OpenAPI document as JSON."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """The document."""
        document = completed(openapi_schema)
        return super().render(request, document)  # pyright: ignore[reportUnknownMemberType] (Litestar's Request)


class DocsPage(OpenAPIRenderPlugin):
    """Renders the document as one page without scripts."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """The page."""
        completed(openapi_schema)
        title = escape(f"{openapi_schema['info']['title']} {openapi_schema['info']['version']}")
        return "\n".join(
            [
                f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>',
                f"<style>{_STYLE}</style></head><body><h1>{title}</h1>",
                f"<p>{escape(openapi_schema['info'].get('description', '').partition(':')[0])}.</p>",
                f'<p><a href="{OPENAPI_PATH}">The OpenAPI document</a></p>',
                *_operations(openapi_schema),
                *_types(openapi_schema),
                *_errors(),
                "</body></html>",
            ]
        ).encode()


def completed(document: dict[str, Any]) -> dict[str, Any]:
    """Litestar's document, with what Litestar leaves out: what each type means, and what lists of any length hold."""
    _mend_lists(document)
    return _with_meanings(document)


def _mend_lists(part: Any) -> None:
    """Litestar takes the dots of `tuple[str, ...]` for a type of its own, which may be anything."""
    match part:
        case {"items": {"oneOf": [kind, {**nothing}]}} if not nothing:
            part["items"] = kind
        case _:
            pass
    inner: Iterable[Any] = ()
    if isinstance(part, dict | list):
        found = cast("dict[str, Any] | list[Any]", part)
        inner = found.values() if isinstance(found, dict) else found
    for each in inner:
        _mend_lists(each)


def _with_meanings(document: dict[str, Any]) -> dict[str, Any]:
    """Give each type what its class says of itself: units, and when something is null."""
    estimate = (WaitEstimate.__name__, frozenset(field.name for field in dataclasses.fields(WaitEstimate)))
    meanings = {**dict(_meanings(msgspec.Struct)), estimate: inspect.cleandoc(WaitEstimate.__doc__ or "")}
    for name, schema in document.get("components", {}).get("schemas", {}).items():
        meaning = meanings.get((schema.get("title", name), frozenset(schema.get("properties", ()))))
        if meaning:
            schema.setdefault("description", meaning)
    return document


def _meanings(base: type[msgspec.Struct]) -> Iterator[tuple[tuple[str, frozenset[str]], str]]:
    for kind in base.__subclasses__():
        yield (kind.__name__, frozenset(kind.__struct_encode_fields__)), inspect.cleandoc(kind.__doc__ or "")
        yield from _meanings(kind)


def _operations(document: Json) -> Iterator[str]:
    yield "<h2>Calls</h2>"
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield from _operation(method, path, item[method])


def _operation(method: str, path: str, operation: Json) -> Iterator[str]:
    yield f'<section><h3><code><span class="method">{method}</span> {escape(path)}</code></h3>'
    yield f"<p>{escape(operation.get('summary', ''))}. {escape(operation.get('description', ''))}</p>"
    rows = [
        (f"{parameter['name']} ({parameter['in']})", parameter.get("description", ""), parameter.get("schema", {}))
        for parameter in operation.get("parameters", [])
    ]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    rows += [("body (JSON)", "", body)] if body else []
    yield _table((name, f"{escape(text)} {_type(schema)}") for name, text, schema in rows)
    answers = (f"<code>{status}</code>{_answer(answer)}" for status, answer in operation["responses"].items())
    yield f"<p>Answers: {', '.join(answers)}</p></section>"


def _answer(answer: Json) -> str:
    schemas = [_type(content.get("schema", {})) for content in answer.get("content", {}).values()]
    return f" {schemas[0]}" if schemas else ""


def _types(document: Json) -> Iterator[str]:
    yield "<h2>Types</h2>"
    for name, schema in sorted(document.get("components", {}).get("schemas", {}).items()):
        yield f'<section id="type-{escape(name)}"><h3>{escape(schema.get("title", name))}</h3>'
        yield f"<p>{escape(schema.get('description', ''))}</p>"
        if "enum" in schema:
            yield "<p>" + ", ".join(f"<code>{escape(str(value))}</code>" for value in schema["enum"]) + "</p>"
        yield _table((field, _type(kind)) for field, kind in schema.get("properties", {}).items())
        yield "</section>"


def _type(schema: Json) -> str:
    if "$ref" in schema:
        name = escape(schema["$ref"].rsplit("/", 1)[-1])
        return f'<a href="#type-{name}">{name.rsplit("_", 1)[-1]}</a>'
    for several in ("oneOf", "anyOf"):
        if several in schema:
            return " or ".join(_type(one) for one in schema[several])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return escape(" ".join(str(schema[key]) for key in ("type", "format") if key in schema))


def _errors() -> Iterator[str]:
    yield "<h2>Errors</h2><p>RFC 9457 problem details; <code>code</code> is stable.</p><table>"
    for error in documented_errors():
        yield (
            f'<tr id="{error.code}"><td>{error.status}</td><td><code>{error.code}</code></td>'
            f"<td>{escape(error.meaning)}</td></tr>"
        )
    yield "</table>"


def _table(rows: Iterator[tuple[str, str]]) -> str:
    cells = "".join(f"<tr><td><code>{escape(name)}</code></td><td>{value}</td></tr>" for name, value in rows)
    return f"<table>{cells}</table>" if cells else ""
