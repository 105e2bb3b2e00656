"""Zalo: templates by phone, consultation messages, token keeping and webhooks of Official Accounts."""
