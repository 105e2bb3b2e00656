"""The webhook server, the inbox, and the conversation with citizens."""
