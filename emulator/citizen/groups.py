"""What a citizen does in a group of the account (docs: zalo 7.4 "Groups", grade C)."""

from dataclasses import replace

from emulator import events
from emulator.citizen.contents import BUILDERS, choose_content
from emulator.citizen.deed import Body, Deed, Done, read_text
from emulator.errors import BadControl
from emulator.state import new_message_id

DEFAULT_GROUP = "f414c8f76fa586fbdfb4"
ACTIONS = {
    "join": "user_join_group",
    "out": "user_out_group",
    "leave": "user_leave_group",
    "request_join": "user_request_join_group",
}


def act_in_group(deed: Deed) -> Done:
    """Join, go out, ask to join (`action`), or write: any content of a message, such as `{"group": {"text"}}`."""
    given = deed.part("group")
    group_id = read_text(given, "group_id", of="group") if "group_id" in given else DEFAULT_GROUP
    said = {name: value for name, value in given.items() if name != "group_id"}
    if "action" not in said:
        return _write(deed, group_id, said)
    event_name = ACTIONS.get(str(said["action"]))
    if event_name is None or len(said) > 1:
        raise BadControl(f"group.action must be one of {', '.join(ACTIONS)}", field="group.action")
    _move(deed, group_id, str(said["action"]))
    _post(deed, event_name, group_id, None)
    return {"event_name": event_name, "group_id": group_id}


def _move(deed: Deed, group_id: str, action: str) -> None:
    """Members of a group that the emulator knows come and go; asking to join changes nothing yet."""
    group, user_id = deed.emulator.groups.get(group_id), deed.phone.user_id
    if group is None or action == "request_join":
        return
    others = tuple(each for each in group.user_ids if each != user_id)
    deed.emulator.groups.put(replace(group, user_ids=(*others, user_id) if action == "join" else others))
    deed.emulator.touch()


def _write(deed: Deed, group_id: str, said: Body) -> Done:
    field = choose_content(said)
    if field is None:
        raise BadControl("group needs an action or one content of a message, such as text", field="group")
    content = BUILDERS[field](replace(deed, body=said))
    message_id = new_message_id()
    event_name = f"user_send_group_{content.kind}"
    _post(deed, event_name, group_id, {"msg_id": message_id, **content.message})
    return {"event_name": event_name, "group_id": group_id, "msg_id": message_id}


def _post(deed: Deed, event_name: str, group_id: str, message: Body | None) -> None:
    now_ms = deed.emulator.clock.now_ms()
    deed.emulator.outbox.post(events.group_changed(event_name, group_id, [deed.phone.user_id], now_ms, message))
