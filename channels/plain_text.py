"""Stand-in until the text module moves here."""

from channels.zalo.text import split_text as split_text
from channels.zalo.text import to_wire_text as to_wire_text
