#!/bin/sh
# Makes .venv with the locked dependencies. Safe to run again: does nothing while the lock is unchanged.
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

python=${PYTHON:-python3}
command -v "$python" >/dev/null 2>&1 || { say "bootstrap: $python not found; install Python 3.11 or newer"; exit 3; }
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    say "bootstrap: $("$python" -V) is too old; install Python 3.11 or newer, or set PYTHON=/path/to/python3"; exit 3; }

stamp=.venv/.installed
wanted=$(cat requirements.lock pyproject.toml | cksum)
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && [ -x .venv/bin/hoso ]; then
    exit 0
fi

if [ ! -x .venv/bin/pip ]; then
    rm -rf .venv
    if ! "$python" -m venv .venv >/dev/null 2>&1; then
        rm -rf .venv
        # Debian ships venv apart from Python.
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
            apt-get update -qq >/dev/null && apt-get install -y -qq python3-venv >/dev/null
            "$python" -m venv .venv
        else
            say "bootstrap: python3 -m venv does not work here; run: sudo apt-get install python3-venv"; exit 3
        fi
    fi
fi

say "bootstrap: installing the locked dependencies into .venv (once)"
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
.venv/bin/pip install --quiet --require-hashes --no-deps -r requirements.lock
.venv/bin/pip install --quiet --no-deps --no-build-isolation --editable .
printf '%s' "$wanted" > "$stamp"
