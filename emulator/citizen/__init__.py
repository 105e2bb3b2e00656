"""What a citizen does with the phone: write, tap, send a photo or a place, follow, look, call (docs: zalo 7.4).

`acts` is the table of everything; one module a family. `visitor` is for those who chat on the website without a name.
"""

from emulator.citizen.acts import ACTS, act
from emulator.citizen.people import follow
from emulator.citizen.sending import send
from emulator.citizen.staff import type_as_admin
from emulator.citizen.visitor import send_as_visitor

__all__ = ["ACTS", "act", "follow", "send", "send_as_visitor", "type_as_admin"]
