"""Every setting, read once at the start of a process from the environment or `.env`, prefix HOSO_.

`.env.example` is made from this class (hoso/env_example.py).
"""

from typing import Any

from hoso.console_settings import ConsoleSettings
from hoso.core_settings import ENV_FILE_VARIABLE, PREFIX, read_settings, split_address

__all__ = ["ENV_FILE_VARIABLE", "PREFIX", "Settings", "load_settings", "split_address"]


class Settings(ConsoleSettings):
    """All settings of one process, frozen.

    Raises:
        pydantic.ValidationError: something is missing or malformed; use `load_settings` for one readable error.
    """


def load_settings(**overrides: Any) -> Settings:
    """Read every setting.

    Raises:
        BadSettings: with everything that is missing or malformed, in one line.
    """
    return read_settings(Settings, **overrides)
