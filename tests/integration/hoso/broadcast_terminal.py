"""A process that runs `hoso broadcast …` commands one after the other: started once, for a whole story.

Each line of input is `{"arguments": [...], "environment": {...}}`; each line of output `{"code", "out", "err"}`.
"""

import contextlib
import io
import json
import os
import sys

from hoso.cli import main


def run(arguments: list[str], environment: dict[str, str]) -> dict[str, object]:
    """Run one command as its own process would."""
    out, err = io.StringIO(), io.StringIO()
    sys.argv = ["hoso", "broadcast", *arguments]
    os.environ.update(environment)
    code: object = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
        except SystemExit as ended:
            code = ended.code
    for name in environment:
        del os.environ[name]
    return {"code": code or 0, "out": out.getvalue(), "err": err.getvalue()}


for line in sys.stdin:
    sys.__stdout__.write(json.dumps(run(**json.loads(line))) + "\n")  # type: ignore[union-attr]
    sys.__stdout__.flush()  # type: ignore[union-attr]
