"""Folders for the servers of a measurement."""

import tempfile
from pathlib import Path


def new_folder(name: str) -> Path:
    """Return a fresh folder that the embedded PostgreSQL of root, which runs as another user, can reach."""
    folder = Path(tempfile.mkdtemp(prefix=f"hoso-bench-{name}-"))
    folder.chmod(0o711)
    return folder
