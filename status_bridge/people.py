"""The people of one dossier: who they are, how each is reached, and which of them a notice is for.

A dossier has an applicant, and it may have an owner, somebody who submitted it for them, and an authorised person; one
phone often stands for several of them (docs: public-services 4.1 and 11, point 6). Personal data: never logged; the
applicant's lies encrypted in columns of the dossier, the others' in one (`people_enc`).
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from channels.email.address import is_address
from dossiers.contact import normalise_phone
from status_bridge.choices import Role
from status_bridge.event import EventData, Person
from storage import dossiers
from storage.crypto import Cipher
from storage.dossiers import LockedDossier, SealedPeople
from storage.errors import UndecipherableValue
from storage.notices import notice_id

OTHERS = (Role.OWNER, Role.SUBMITTER, Role.AUTHORISED)


def id_for(event_key: uuid.UUID, role: Role) -> uuid.UUID:
    """Return the id of the notice in which an event is told to the person of a role; always the same.

    The applicant's has the id that it had before others were told.
    """
    return notice_id(event_key) if role is Role.APPLICANT else notice_id(event_key, f"role:{role}")


@dataclass(frozen=True, slots=True)
class Contact:
    """How one person is reached: the phone (as it was written), an e-mail address; the name tells owners apart."""

    name: str | None = None
    phone: str | None = None
    email: str | None = None

    def with_news(self, said: Person) -> "Contact":
        """Return what is known after `said`: what it leaves out stays as it was."""
        return Contact(
            said.name or self.name, self.phone if said.phone is None else said.phone, said.email or self.email
        )


@dataclass(frozen=True, slots=True)
class Addressee:
    """One person that a notice is for: a mobile number (84…), an e-mail address, both, or neither."""

    role: Role
    phone: str | None
    email: str | None


def choose_addressees(contacts: Mapping[Role, Contact], notify: Sequence[Role], *, by_email: bool) -> list[Addressee]:
    """Return the people of the roles `notify` who can be reached, each phone once, in the order of `notify`.

    Phones of `contacts` are mobile numbers in their one form (84…), or None.
    Whoever has no mobile number counts as reached by e-mail when `by_email`. When nobody can be reached, the first
    role stands for all: there must be a row for the officers' list.
    """
    people = [
        Addressee(role, known.phone, known.email if known.email and is_address(known.email) else None)
        for role in notify
        if (known := contacts.get(role)) is not None
    ]
    with_phone = [one for one in people if one.phone]
    written_to = {one.email for one in with_phone}
    chosen: dict[str, Addressee] = {}
    for one in people:
        if one.phone:
            chosen.setdefault(one.phone, one)
        elif by_email and one.email and one.email not in written_to:
            chosen.setdefault(one.email, one)
    return list(chosen.values()) or people[:1] or [Addressee(notify[0], None, None)]


class People:
    """What is known of one locked dossier's people, and what the events of a batch add.

    Nothing is decrypted, normalised or hashed before somebody asks: most events of a re-synchronisation tell nobody.
    """

    def __init__(self, known: LockedDossier, cipher: Cipher) -> None:
        self._known = known
        self._cipher = cipher
        self._applicant = Contact()
        self._gave_two = False
        self._hashed: tuple[str | None, bytes | None] = None, None
        self._mobiles: dict[str | None, str | None] = {None: None}
        self._others: dict[Role, Contact] | None = None
        self._others_changed = False

    def learn(self, data: EventData) -> None:
        """Take over what an event says of them."""
        if data.applicant is not None:
            before, self._applicant = self._applicant.phone, self._applicant.with_news(data.applicant)
            self._gave_two = self._gave_two or before not in (None, self._applicant.phone)
        for role in OTHERS:
            said: Person | None = getattr(data, role)
            if said is not None:
                others = self._read_others()
                others[role] = others.get(role, Contact()).with_news(said)
                self._others_changed = True

    def addressees(self, notify: Sequence[Role], *, by_email: bool) -> list[Addressee]:
        """Return whom a notice is for now (see `choose_addressees`)."""
        contacts: dict[Role, Contact] = {}
        if Role.APPLICANT in notify:
            contacts[Role.APPLICANT] = self._read_applicant()
        if any(role in notify for role in OTHERS):
            contacts |= {role: replace(one, phone=self._mobile(one.phone)) for role, one in self._read_others().items()}
        return choose_addressees(contacts, notify, by_email=by_email)

    def owner(self) -> bytes:
        """Return what tells this dossier's owner from others: the hash of the name, or the dossier itself."""
        return self._hash_name() or self._known.name_hash or dossiers.nameless_owner(self._known.id)

    def moved_to(self) -> str | None:
        """Return the applicant's mobile number where the events gave another than before, or more than one."""
        phone, known = self._mobile(self._applicant.phone), self._known.phone_hash
        if phone is None or not (self._gave_two or (known and self._cipher.lookup_hash(phone) != known)):
            return None
        return phone

    def has_left_phone(self) -> bool:
        """Return whether one-time codes of the dossier go to another phone than before.

        They go to the applicant's, else to the owner's. Compared as numbers, since hashes change with the keys.
        """
        known = self._known
        try:
            before = self._cipher.decrypt_optional(known.phone_enc, dossiers.PHONE_COLUMN) or self._owners_before()
        except UndecipherableValue:
            return True
        if before is None:
            return False
        said = self._applicant.phone
        stored = self._cipher.decrypt_optional(known.phone_enc, dossiers.PHONE_COLUMN)
        now = stored if said is None else self._mobile(said)
        return before != (now or self._mobile(self._read_others().get(Role.OWNER, Contact()).phone))

    def _owners_before(self) -> str | None:
        text = self._cipher.decrypt_optional(self._known.people_enc, dossiers.PEOPLE_COLUMN)
        return self._mobile((json.loads(text).get(Role.OWNER) or {}).get("phone")) if text else None

    def sealed(self) -> SealedPeople:
        """Return what is to be written: nothing for what stays as it was."""
        said, known, cipher = self._applicant, self._known, self._cipher
        phone = self._mobile(said.phone)
        phone_hash = cipher.lookup_hash(phone) if phone else None
        is_same_phone = said.phone is None or phone_hash == known.phone_hash
        name_hash = self._hash_name()
        is_same_name = name_hash is None or name_hash == known.name_hash
        return SealedPeople(
            phone_given=not is_same_phone,
            phone_enc=None if is_same_phone else cipher.encrypt_optional(phone, dossiers.PHONE_COLUMN),
            phone_hash=None if is_same_phone else phone_hash,
            name_enc=None if is_same_name else cipher.encrypt_optional(said.name, dossiers.NAME_COLUMN),
            name_hash=None if is_same_name else name_hash,
            email_enc=cipher.encrypt_optional(said.email, dossiers.EMAIL_COLUMN),
            people_enc=self._seal_others(),
        )

    def _mobile(self, written: str | None) -> str | None:
        """Return the mobile number (84…) in a phone field, read once: all events of a dossier tend to hold the same."""
        if written not in self._mobiles:
            self._mobiles[written] = normalise_phone(written)
        return self._mobiles[written]

    def _hash_name(self) -> bytes | None:
        """Return the hash of the name that the batch's events gave, if any did."""
        name = self._applicant.name
        if name is not None and self._hashed[0] != name:
            self._hashed = name, dossiers.hash_name(name, self._cipher)
        return self._hashed[1]

    def _read_applicant(self) -> Contact:
        said = self._applicant
        decrypt, known = self._cipher.decrypt_optional, self._known
        return Contact(
            said.name,
            decrypt(known.phone_enc, dossiers.PHONE_COLUMN) if said.phone is None else self._mobile(said.phone),
            decrypt(known.email_enc, dossiers.EMAIL_COLUMN) if said.email is None else said.email,
        )

    def _read_others(self) -> dict[Role, Contact]:
        if self._others is None:
            text = self._cipher.decrypt_optional(self._known.people_enc, dossiers.PEOPLE_COLUMN)
            known = json.loads(text) if text else {}
            self._others = {Role(role): Contact(**contact) for role, contact in known.items()}
        return self._others

    def _seal_others(self) -> bytes | None:
        if not self._others_changed:
            return None
        said = {
            role: {"name": one.name, "phone": one.phone, "email": one.email}
            for role, one in self._read_others().items()
        }
        return self._cipher.encrypt(json.dumps(said, ensure_ascii=False), dossiers.PEOPLE_COLUMN)
