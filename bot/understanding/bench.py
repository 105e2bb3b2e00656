"""``python -m bot.understanding.bench``: time and memory of understanding, on the published test set."""

from __future__ import annotations

import resource
import sys
from time import perf_counter

ROUNDS = 3
_KIB_PER_MIB = 1024


def main() -> int:
    """Print the time to load, the time a message takes, and the memory it all needs; returns the exit code."""
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = perf_counter()
    from bot.understanding.corpus import read_utterances
    from bot.understanding.understand import understand

    understand("xin chào")
    loaded = perf_counter() - began
    texts = [utterance.text for utterance in read_utterances("test")]
    times: list[float] = []
    for _ in range(ROUNDS):
        for text in texts:
            began = perf_counter()
            understand(text)
            times.append(perf_counter() - began)
    times.sort()
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory
    sys.stdout.write(
        f"ready after {loaded:.2f} s; a message: median {times[len(times) // 2] * 1000:.2f} ms, "
        f"p99 {times[len(times) * 99 // 100] * 1000:.2f} ms; {grown / _KIB_PER_MIB:.0f} MiB more than before\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
