"""Photos that citizens sent from the page, for the account to fetch by their address, up to a limit."""

import base64
import binascii
import secrets
from collections import OrderedDict

from emulator.errors import BadControl

MAX_IMAGES = 64
MAX_IMAGE_BYTES = 5 * 1024 * 1024
_SIGNATURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}


class MediaShelf:
    """The latest photos by a name that cannot be guessed, in memory only."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[bytes, str]] = OrderedDict()

    def put(self, written: str) -> str:
        """Keep a photo given as base64 (a data URL too); its name. Raises BadControl."""
        try:
            content = base64.b64decode(written.rpartition(",")[2], validate=True)
        except (binascii.Error, ValueError) as error:
            raise BadControl("image_base64 is not base64", field="image_base64") from error
        if len(content) > MAX_IMAGE_BYTES:
            raise BadControl("image_base64 is larger than 5 MiB", field="image_base64")
        kinds = [kind for start, kind in _SIGNATURES.items() if content.startswith(start)]
        if not kinds:
            raise BadControl("image_base64 is neither PNG, JPEG nor GIF", field="image_base64")
        name = secrets.token_hex(12)
        self._kept[name] = (content, kinds[0])
        while len(self._kept) > MAX_IMAGES:
            self._kept.popitem(last=False)
        return name

    def get(self, name: str) -> tuple[bytes, str] | None:
        """A photo's bytes and media type, if it is still kept."""
        return self._kept.get(name)
