"""Uploads of what messages show; the id that comes back ends after seven days (docs: zalo 5.3)."""

from __future__ import annotations

from channels.zalo import error_codes
from channels.zalo.methods.base import PostFile
from channels.zalo.types import UploadResult


class UploadImage(PostFile[UploadResult]):
    """A JPEG or PNG."""

    label = "zalo.oa.upload_image"
    path = "/v2.0/oa/upload/image"
    codes = error_codes.OA


class UploadGif(PostFile[UploadResult]):
    """A GIF."""

    label = "zalo.oa.upload_gif"
    path = "/v2.0/oa/upload/gif"
    codes = error_codes.OA


class UploadFile(PostFile[UploadResult]):
    """A document; the answer's `token` goes into a file message."""

    label = "zalo.oa.upload_file"
    path = "/v2.0/oa/upload/file"
    codes = error_codes.OA
