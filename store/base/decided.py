"""What became of something that waited for a second person, in words."""

from core.messages import Message

DECIDED = {
    "confirmed": Message("store.decision_confirmed"),
    "rejected": Message("store.decision_rejected"),
    "withdrawn": Message("store.decision_withdrawn"),
}
