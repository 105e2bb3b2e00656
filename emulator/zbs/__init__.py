"""Template messages by phone ("ZBS", formerly ZNS): sends, questions, and the workshop (docs: zalo 6)."""
