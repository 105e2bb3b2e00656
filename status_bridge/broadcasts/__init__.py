"""Broadcasts: one message to many, written by one person and dared by two."""
