"""Administration: officers, API keys, accounts, units, days off, settings in force, and the audit log."""

from console.admin import accounts, audit_log, days, keys, officers, overview, units

__all__ = ["AREAS"]

AREAS = (
    overview.views,
    officers.views,
    keys.views,
    accounts.views,
    units.views,
    days.views,
    audit_log.views,
)
"""The views of administration, for `console.areas`."""
