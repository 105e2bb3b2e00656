"""Vietnam's mobile networks by a number's prefix, with eSMS's numbers for them (docs: zalo 10.1 `telcoid`).

A number that was ported keeps its prefix, so this is the network it was issued by.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Carrier:
    """One network: eSMS's `telcoid` and `NetworkName`."""

    telco_id: int
    name: str


UNKNOWN = Carrier(0, "Unknown")
_PREFIXES = {  # after the leading 84, by the numbering plan
    Carrier(1, "Viettel"): "32 33 34 35 36 37 38 39 86 96 97 98",
    Carrier(2, "Mobifone"): "70 76 77 78 79 89 90 93",
    Carrier(3, "Vinaphone"): "81 82 83 84 85 88 91 94",
    Carrier(4, "Vietnamobile"): "52 56 58 92",
    Carrier(5, "Gtel"): "59 99",
    Carrier(6, "Itel"): "87",
    Carrier(7, "Reddi"): "55",
}
_BY_PREFIX = {prefix: carrier for carrier, prefixes in _PREFIXES.items() for prefix in prefixes.split()}


def carrier_of(phone: str) -> Carrier:
    """The network of a number written `84…`; UNKNOWN for a prefix nobody was given."""
    return _BY_PREFIX.get(phone[2:4], UNKNOWN)
