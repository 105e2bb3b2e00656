"""Administration: officers, API keys, accounts, units, settings in force, and the audit log."""

from console.admin import accounts, audit_log, keys, officers, overview

__all__ = ["AREAS"]

AREAS = (overview.views, officers.views, keys.views, accounts.views, audit_log.views)
"""The views of administration, for `console.areas`."""
