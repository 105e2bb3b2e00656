"""Python's garbage collector in processes that handle many messages a second."""

import gc

_YOUNG_OBJECTS = 20_000


def spare_the_collector() -> None:
    """Let it look seldom, and only at what messages leave behind: what lives by now lives on."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS)
