"""Which files the platform takes, told by their first bytes and not by their name alone (docs: zalo 5.3). Pure."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

from emulator.assets import AssetKind

MEGABYTE = 1024 * 1024
_OLE_START = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # DOC and its relatives
_WORD_MEMBER = "word/document.xml"


@dataclass(frozen=True, slots=True)
class Format:
    """One file format: its name extension, media type, and how its content is recognised."""

    extension: str
    media_type: str
    fits: Callable[[bytes], bool]


@dataclass(frozen=True, slots=True)
class UploadRules:
    """What one upload address takes."""

    kind: AssetKind
    max_bytes: int
    formats: tuple[Format, ...]
    answered_as: str
    """The field of the answer that carries the asset's id."""


def _starts_with(*starts: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(starts)


def _is_word(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _WORD_MEMBER in archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return False


def _is_csv(content: bytes) -> bool:
    try:
        return "\0" not in content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False


_JPEG = _starts_with(b"\xff\xd8\xff")
_WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_PICTURES = (
    Format("jpg", "image/jpeg", _JPEG),
    Format("jpeg", "image/jpeg", _JPEG),
    Format("png", "image/png", _starts_with(b"\x89PNG\r\n\x1a\n")),
)
_FILES = (
    Format("pdf", "application/pdf", _starts_with(b"%PDF-")),
    Format("doc", "application/msword", _starts_with(_OLE_START)),
    Format("docx", _WORD_TYPE, _is_word),
    Format("csv", "text/csv", _is_csv),
)
RULES = {
    "image": UploadRules("image", 1 * MEGABYTE, _PICTURES, "attachment_id"),
    "gif": UploadRules("gif", 5 * MEGABYTE, (Format("gif", "image/gif", _starts_with(b"GIF87a", b"GIF89a")),),
                       "attachment_id"),
    "file": UploadRules("file", 5 * MEGABYTE, _FILES, "token"),
}  # fmt: skip


def recognise(rules: UploadRules, name: str, content: bytes) -> Format | None:
    """The format of a file; None when it is not taken here, or its name's extension belongs to another kind of file.

    A name without an extension is judged by the content alone. `.png` on a JPEG passes: both are pictures.
    """
    extension = extension_of(name)
    if extension and extension not in {each.extension for each in rules.formats}:
        return None
    fitting = [each for each in rules.formats if each.fits(content)]
    if rules.kind == "file" and extension:
        fitting = [each for each in fitting if each.extension == extension]
    return fitting[0] if fitting else None


def extension_of(name: str) -> str:
    """The lower-case extension of a file name, without its dot; empty when there is none."""
    stem, dot, extension = name.rpartition(".")
    return extension.lower() if dot and stem else ""
