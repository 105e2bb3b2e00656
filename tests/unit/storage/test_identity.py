"""Derived identities are the standard's: whoever computes them elsewhere comes to the same."""

import uuid

import pytest

from storage.identity import derive_uuid


@pytest.mark.parametrize("name", ["", "owner", "role:submitter", '["nguồn", "sự kiện 1"]', "x" * 10_000])
def test_it_is_the_version_5_uuid(name: str) -> None:
    for namespace in (uuid.NAMESPACE_URL, uuid.UUID(int=0), uuid.uuid4()):
        assert derive_uuid(namespace, name) == uuid.uuid5(namespace, name)
        assert derive_uuid(namespace, name).version == 5
