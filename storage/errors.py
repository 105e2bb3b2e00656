"""What storage raises.

StorageError
├── DatabaseUnavailable   the server is away, restarting, full or out of connections: try again later
└── UndecipherableValue   no configured key opens this value: HOSO_ENCRYPTION_KEYS lacks one
"""


class StorageError(Exception):
    """Base of everything this room raises on purpose."""


class DatabaseUnavailable(StorageError):
    """PostgreSQL cannot take the statement now. Nothing was decided; repeat with the same keys later."""


class UndecipherableValue(StorageError):
    """A value was encrypted under a key that is not configured (any more). Put the old key back behind the first."""
