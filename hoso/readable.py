"""Whether the addresses of servers and the keys can be read at all, asked before any process relies on them.

The libraries that answer are imported only for what is set: the emulator alone needs none of them.
"""

from collections.abc import Sequence


def require_postgres_address(text: str) -> None:
    """Accept what the driver reads: a URL, or words such as `host=db dbname=hoso`.

    Raises:
        ValueError: it reads neither; the message quotes nothing, for there may be a password in it.
    """
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    try:
        conninfo_to_dict(text)
    except ProgrammingError:
        raise ValueError("must be an address such as postgresql://user:password@host/name") from None


def require_redis_address(text: str) -> None:
    """Accept what the client reads: redis://, rediss:// or unix://.

    Raises:
        ValueError: it does not; the message quotes nothing, for there may be a password in it.
    """
    from redis.asyncio.connection import parse_url

    try:
        parse_url(text)
    except ValueError:
        raise ValueError("must be an address such as redis://host:6379/0 or unix:///path?db=0") from None


def require_encryption_keys(keys: Sequence[str]) -> None:
    """Accept what the cipher takes.

    Raises:
        ValueError: one of them is no key; the message does not quote it.
    """
    from storage.crypto import Cipher

    Cipher(keys)
