"""The API's description as a page: rendered once at start, without scripts and without anything from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_FOLDER = Path(__file__).parent / "pages"
_ENVIRONMENT = Environment(
    loader=FileSystemLoader(_FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Page:
    """A page and the policy that lets only its own style sheet through."""

    html: str
    security_policy: str


def render_docs(document: Mapping[str, Any]) -> Page:
    """Return the page of a whole OpenAPI document."""
    return _render(
        "docs.html.j2", document=document, groups=_groups(document), example=_example, resolve=_resolver(document)
    )


def render_home(title: str) -> Page:
    """Return the small page at `/`."""
    return _render("home.html.j2", title=title)


def render_consent(**words: Any) -> Page:
    """Return the page that ends a consent, with its words in both languages."""
    return _render("consent.html.j2", **words)


def _render(template: str, **values: Any) -> Page:
    style = (_FOLDER / "style.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    html = _ENVIRONMENT.get_template(template).render(style=style, **values)
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return Page(html, policy)


def _groups(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Operations by their first tag, in the order of the tags; those without one come last."""
    groups: dict[str, dict[str, Any]] = {
        tag["name"]: {"name": tag["name"], "description": tag.get("description", ""), "operations": []}
        for tag in document.get("tags", ())
    }
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method not in item:
                continue
            operation = item[method]
            name = next(iter(operation.get("tags", ())), "other")
            group = groups.setdefault(name, {"name": name, "description": "", "operations": []})
            anchor = f"{method}-{path.strip('/').replace('/', '-').replace('{', '').replace('}', '')}"
            group["operations"].append({"path": path, "method": method, "anchor": anchor, **operation})
    return [group for group in groups.values() if group["operations"]]


def _resolver(document: Mapping[str, Any]) -> Any:
    def resolve(node: Mapping[str, Any]) -> Mapping[str, Any]:
        """Follow a reference inside the document; anything else is returned as it is."""
        reference = node.get("$ref")
        if not isinstance(reference, str) or not reference.startswith("#/"):
            return node
        found: Any = document
        for part in reference[2:].split("/"):
            found = found[part.replace("~1", "/").replace("~0", "~")]
        return resolve(found)

    return resolve


def _example(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
