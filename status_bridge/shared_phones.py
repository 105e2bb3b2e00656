"""Phones that stand for many people: service agents, photocopy shops, an officer's own number.

What is sent there may be read by anybody, so it says code and state only (docs: public-services 4.1: more than 20
owners within 30 days).
"""

from collections import defaultdict
from collections.abc import Sequence

from status_bridge.choices import Role
from status_bridge.dossier_batch import IntakeConfig
from status_bridge.planned import PlannedNotice
from storage import dossiers
from storage.crypto import Cipher
from storage.database import Connection


async def find_shared(
    connection: Connection, cipher: Cipher, planned: Sequence[PlannedNotice], config: IntakeConfig
) -> set[str]:
    """Return the phones of `planned` that have more than `config.shared_phone_owners` owners.

    Counts what is stored (the batch's own dossiers must be saved before) and the batch's own notices; one query, or
    two where others than the applicant are told.
    """
    if not config.shared_phone_owners:
        return set()
    own: dict[str, set[bytes]] = defaultdict(set)
    for one in planned:
        for row in one.rows:
            if row.phone is not None:
                own[row.phone].add(one.owner)
    if not own:
        return set()
    others = any(role is not Role.APPLICANT for role in config.notify)
    fewest = config.shared_phone_owners + 1 - max(map(len, own.values()))
    known = await dossiers.owners_of_phones(
        connection, cipher, own.keys(), days=config.shared_phone_days, others=others, fewest=max(0, fewest)
    )
    return {phone for phone, owners in known.items() if len(owners | own[phone]) > config.shared_phone_owners}
