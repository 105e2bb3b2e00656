"""One migrated database for many tests, emptied before each: several times faster than a new one each time."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from tests import engines


@contextmanager
def migrated_database(server_url: str, template: str) -> Iterator[str]:
    """The address of a database of this worker's own."""
    with engines.clean_database(server_url, template=template) as url:
        yield url


def empty_tables(url: str) -> None:
    """Remove every row."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "TRUNCATE dossiers, event_keys, dossier_events, notices, attempts, accounts, consents, inbox, citizens,"
            " links, api_keys, preferences, reachability, procedures, catalogue_terms, units,"
            " officers, outgoing_events, outgoing_stops, guesses, erasures, erasure_jobs, recipient_lists, audiences,"
            " subscriptions CASCADE"
        )
