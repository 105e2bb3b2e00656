"""What a request to Zalo is: a value that knows its label, host, path, body, result and code table.

Four ways to carry arguments exist, each a base class: a JSON body (`PostJson`), the one query parameter `data` of the
OA host (`GetData`), plain query parameters of the template host (`GetQuery`), and a file (`PostFile`).
"""

from __future__ import annotations

import json
import secrets
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar, Generic, Literal, TypeVar, cast

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json

from channels.content import Upload
from channels.zalo.error_codes import CodeTable
from channels.zalo.types import WireModel

ResultT = TypeVar("ResultT", bound=WireModel)
Host = Literal["oa", "template"]
FILE_FIELD = "file"  # docs: zalo 5.3
# Made once: json.dumps with arguments makes one for every call.
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Encoded:
    """A method's arguments as HTTP carries them."""

    verb: Literal["GET", "POST"]
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    content_type: str | None = None
    body: bytes | None = field(default=None, repr=False)


class ApiMethod(BaseModel, Generic[ResultT]):
    """A call with an access token, answered by the envelope `error`, `message`, `data`."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, defer_build=True)

    label: ClassVar[str]
    host: ClassVar[Host]
    path: ClassVar[str]
    codes: ClassVar[CodeTable]

    @classmethod
    def result_type(cls) -> type[ResultT]:
        """The wire type of the answer: the argument of the generic base."""
        return cast("type[ResultT]", _result_type(cls))

    @abstractmethod
    def encode(self) -> Encoded:
        """The arguments as HTTP carries them."""


class PostJson(ApiMethod[ResultT], Generic[ResultT]):
    """A POST with a JSON body."""

    @abstractmethod
    def body(self) -> Mapping[str, object]:
        """The body's object."""

    def encode(self) -> Encoded:
        """JSON in UTF-8, compact."""
        # Several times as fast as json's encoder, and the same bytes: compact, UTF-8, nothing escaped without need.
        return Encoded("POST", content_type="application/json", body=to_json(self.body()))


class GetData(ApiMethod[ResultT], Generic[ResultT]):
    """A GET of the OA host: one query parameter `data` with JSON (docs: zalo 1 "Envelope")."""

    host = "oa"

    @abstractmethod
    def arguments(self) -> Mapping[str, object]:
        """What `data` holds; nothing: no parameter at all."""

    def encode(self) -> Encoded:
        """JSON in the query."""
        arguments = self.arguments()
        return Encoded("GET", {"data": _to_json(arguments)} if arguments else {})


class GetQuery(ApiMethod[ResultT], Generic[ResultT]):
    """A GET of the template host: plain query parameters (docs: zalo 6.3)."""

    host: ClassVar[Host] = "template"

    @abstractmethod
    def arguments(self) -> Mapping[str, object]:
        """Texts and numbers by parameter."""

    def encode(self) -> Encoded:
        """Each argument as text."""
        return Encoded("GET", {name: str(value) for name, value in self.arguments().items()})


class PostFile(ApiMethod[ResultT], Generic[ResultT]):
    """A POST of one file in a multipart form (docs: zalo 5.3)."""

    host = "oa"

    file: Upload = Field(repr=False)

    def encode(self) -> Encoded:
        """`multipart/form-data` with one part (RFC 7578)."""
        boundary = f"hoso-{secrets.token_hex(16)}"
        return Encoded(
            "POST",
            content_type=f"multipart/form-data; boundary={boundary}",
            body=encode_multipart(self.file, boundary),
        )


def encode_multipart(file: Upload, boundary: str) -> bytes:
    """The form's bytes: one part named `file`, its file name in UTF-8 with quotes and line ends escaped."""
    name = file.name.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")
    head = (
        f"--{boundary}\r\n"
        f'Content-Disposition: form-data; name="{FILE_FIELD}"; filename="{name}"\r\n'
        f"Content-Type: {file.media_type}\r\n\r\n"
    )
    return b"".join((head.encode(), file.content, f"\r\n--{boundary}--\r\n".encode()))


def without_none(**arguments: object) -> dict[str, Any]:
    """The arguments that are set."""
    return {name: value for name, value in arguments.items() if value is not None}


def _to_json(arguments: Mapping[str, object]) -> str:
    return _ENCODER.encode(arguments)


@cache
def _result_type(method: type[ApiMethod[Any]]) -> type[WireModel]:
    for base in method.__mro__:
        arguments = getattr(base, "__pydantic_generic_metadata__", {}).get("args", ())
        if arguments and isinstance(arguments[0], type):
            return cast("type[WireModel]", arguments[0])
    raise TypeError(
        f"{method.__name__} names no result; derive it from PostJson[…], GetData[…], GetQuery[…], PostFile[…]"
    )
