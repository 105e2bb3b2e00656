"""Makes `.env.example` from the settings: `python -m hoso.env_example > .env.example`."""

import sys

from hoso.settings import PREFIX, Settings


def _shown_default(name: str) -> str:
    default = Settings.model_fields[name].default
    if default is None or default == ():
        return ""
    if isinstance(default, tuple):
        return ",".join(default)
    return str(default).lower() if isinstance(default, bool) else str(default)


def render_env_example() -> str:
    """Return the text of `.env.example`: every setting with its meaning and default."""
    lines = [
        "# Settings of Báo Hồ Sơ. Copy to .env and change what differs; everything has a default for trying it out.",
        "# Secrets belong here or in the environment, never in the repository.",
    ]
    for name, field in Settings.model_fields.items():
        lines += ["", f"# {field.description}", f"#{PREFIX}{name.upper()}={_shown_default(name)}"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(render_env_example())
