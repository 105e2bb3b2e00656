"""A process that uses the embedded servers, driven by tests: one JSON line per answer on stdout.

    python -m tests.integration.hoso.engine_process DATA_DIR [--as-user NAME] [--file-limit BYTES]

After its first line it obeys words on stdin: `restart_dead`, `stop` (also when stdin is closed).
"""

import argparse
import json
import os
import pwd
import resource
import sys
from pathlib import Path

import psycopg
import redis

from hoso.embedded import EmbeddedError, start_engines


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("--as-user")
    parser.add_argument("--install", type=Path)
    parser.add_argument("--file-limit", type=int)
    arguments = parser.parse_args()
    psycopg.connect, redis.Redis  # noqa: B018 (loaded before the rights to read them may go)
    if arguments.as_user:
        user = pwd.getpwnam(arguments.as_user)
        os.setgroups([])
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)
    if arguments.file_limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (arguments.file_limit, arguments.file_limit))
    finder = {"postgres_finder": lambda: arguments.install} if arguments.install else {}
    try:
        engines = start_engines(arguments.data_dir, timeout_seconds=30, **finder)
    except EmbeddedError as error:
        print(json.dumps({"error": str(error), "kind": type(error).__name__}), flush=True)
        return 1
    with engines:
        _say(postgres_url=engines.postgres_url, redis_url=engines.redis_url, owned=engines.owned, pids=engines.pids)
        for line in sys.stdin:
            if line.strip() == "stop":
                break
            restarted = engines.restart_dead()
            _say(restarted=restarted, owned=engines.owned, pids=engines.pids)
    _say(stopped=True)
    return 0


def _say(**values: object) -> None:
    print(json.dumps(values), flush=True)


if __name__ == "__main__":
    sys.exit(main())
