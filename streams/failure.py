"""Why a stream failed, in one line for people: what was measured, and what to do."""

import re

from core.messages import Message, message_of
from core.stream_address import Transport
from streams.rtsp_look import Look

REFUSED = Message("streams.login_refused")
NO_STREAM = Message("streams.answer_is_no_video")
NOT_DECODED = Message("streams.pictures_not_decoded")
CAUSES: dict[str, Message] = {
    r"failed: (?:453|503)\b": Message("streams.camera_has_no_room"),
    r"failed: 500\b": Message("streams.camera_reports_own_fault"),
    r"\b40[13] |Unauthorized|Forbidden": REFUSED,
    r"\b404 |Stream Not Found": Message("streams.no_such_stream"),
    r"Connection refused": Message("streams.connection_refused"),
    r"[Ff]ailed to resolve|Name or service|nodename nor": Message("streams.host_name_unknown"),
    r"failed: Connection timed out|No route to host|unreachable": Message("streams.host_does_not_answer"),
    r"matches no streams|does not contain any stream|[Nn]o video": Message("streams.sends_no_video"),
    r"unspecified size|[Cc]ould not find codec parameters|dimensions not set": NOT_DECODED,
    r"timed out": Message("streams.no_packet_in_time"),
    r"No space left": Message("streams.disk_full"),
    r"Protocol not found|not on whitelist|Invalid data": NO_STREAM,
    r"Connection reset|Broken pipe|End of file|Input/output error": Message("streams.connection_lost"),
}
_NOT_THIS_WAY = re.compile(r"failed: 461\b|Protocol not supported")
_STALLED = ("streams.no_packet_in_time", "streams.no_packet_for")
_MOST_SHOWN = 200
_OTHER_WAY: dict[Transport, Message] = {
    "tcp": Message("streams.media_over_udp_only"),
    "udp": Message("streams.media_over_tcp_only"),
}


def cause_of(messages: "list[str]", transport: Transport = "tcp") -> Message:
    """The likeliest cause in the error messages of one run, most telling first; the last message where none is known.

    The messages must already be free of credentials.

    Args:
        transport: how the media were asked for.
    """
    text = "\n".join(messages)
    if _NOT_THIS_WAY.search(text):
        return _OTHER_WAY[transport]
    for pattern, cause in CAUSES.items():
        if re.search(pattern, text):
            return cause
    if not messages:
        return Message("streams.stream_ended")
    return message_of(re.sub(r"^(\[[^\]]*\] *)+", "", messages[-1]).strip())


def redirected_to(address: str) -> Message:
    """The cause where a server sends on to another address."""
    return Message("streams.redirect_not_followed", address=address[:_MOST_SHOWN])


def is_worth_a_look(cause: Message) -> bool:
    """Whether asking the server itself can tell more than ffmpeg did."""
    return cause in (REFUSED, NO_STREAM, NOT_DECODED) or cause.code in _STALLED


def cause_seen(cause: Message, look: Look) -> Message:
    """The cause with what an own look at the server showed; `cause` where that tells nothing more."""
    if cause == REFUSED and look.only_sha256:
        return Message("streams.digest_sha256_only")
    if look.answer == "silent":
        return Message("streams.camera_stays_silent")
    if look.answer == "http":
        return Message("streams.port_is_web_server")
    return cause
