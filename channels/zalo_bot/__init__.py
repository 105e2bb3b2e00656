"""The Zalo Bot Platform: a bot of a personal account, good for alerts to staff, not for citizens (docs: zalo 8)."""
