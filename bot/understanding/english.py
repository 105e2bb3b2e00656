"""Whether a message is English: then the bot answers in English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.understanding.word_lists import word_set

if TYPE_CHECKING:
    from bot.understanding.normalise import Said  # which reads Telex, which asks for the words below

_SURELY_ENGLISH = word_set(
    "the is are you what where when how does please help hello thank thanks application dossier status fee much "
    "need want for of it this that talk human person stop delete track office open paper papers document "
    "documents your have get send message messages notification notifications hi bye agent speak cost pay "
    "result ready remove unsubscribe will was address hours deliver mail forms form menu complaint complain "
    "procedure register marriage birth certificate phone number call weather joke which show all files file "
    "forgot code did not with were why who which there they she his her our us their any some more less many "
    "again already still yet after before until since today tomorrow yesterday week month days late overdue ready "
    "received submitted submit rejected approved accepted returned missing approve reject issued updates track "
    "tracking connect notify remind alerts subscribe turn keep posted linked account files every "
    "everything all overview lost receipt find look under name required requirements conditions apply steps renew "
    "copies original download passport land house building permit residence licence charge charges price "
    "invoice refund paid money tax discount cash card free exempt working holiday holidays appointment "
    "floor counter parking nearest closed lunch postal postage parcel package shipping postman home abroad "
    "rude staff officers service excellent terrible poor slow noise garbage street road suggestion report satisfied "
    "someone somebody operator contact person speak mute pause cancel wrong number anymore "
    "longer fewer unfollow erase wipe clear history personal information privacy store share consent forget revoke "
    "commands options instructions guide tutorial features menu use works lost type write ask hello hey good "
    "morning afternoon evening night goodbye great nice perfect appreciate welcome understand got job well done made "
    "very happy unhappy broken light near best cheap restaurant hotel beach flight score song music movie love "
    "poem recipe cook world president capital old bored joke story english french homework weight iphone"
)
_MAYBE_ENGLISH = word_set(
    "i my can to do a me an in on at and or no yes by has had data am be so we he if us s t m its only out up off down "
    "now new one two case cases time from go see let tell them day long online book add list link ship follow free "
    "update copy post"
)
ENGLISH = _SURELY_ENGLISH | _MAYBE_ENGLISH
_FEWEST_ENGLISH_SHARE = 0.6


def is_english(said: Said) -> bool:
    """Return whether most words are English, and one of them can be nothing else."""
    typed = [word for word in said.words if word.isalpha()]
    if said.accented or not _SURELY_ENGLISH.intersection(typed):
        return False
    return sum(word in ENGLISH for word in typed) / len(typed) >= _FEWEST_ENGLISH_SHARE
