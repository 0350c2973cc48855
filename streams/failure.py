"""Why a stream failed, in one line for people: what was measured, and what to do."""

import re

from core.stream_address import Transport
from streams.rtsp_look import Look

REFUSED = "the camera refused the user name or password; check both"
NO_STREAM = "it answers with something that is no video stream"
NOT_DECODED = (
    "pictures come, but none can be decoded: no parameter sets or no key frame comes with them; "
    "set a key frame interval of 1 to 2 s in the camera, or restart it"
)
CAUSES = {
    r"failed: (?:453|503)\b": "the camera has no room for another viewer; close one, or use its sub-stream",
    r"failed: 500\b": "the camera reports a fault of its own; close another viewer, use its sub-stream, or restart it",
    r"\b40[13] |Unauthorized|Forbidden": REFUSED,
    r"\b404 |Stream Not Found": "there is no such stream at that address; check its path",
    r"Connection refused": "unreachable: nothing listens at that host and port",
    r"[Ff]ailed to resolve|Name or service|nodename nor": "unreachable: the host name is unknown",
    r"failed: Connection timed out|No route to host|unreachable": "unreachable: the host does not answer",
    r"matches no streams|does not contain any stream|[Nn]o video": "it sends no video",
    r"unspecified size|[Cc]ould not find codec parameters|dimensions not set": NOT_DECODED,
    r"timed out": "it stalled: no packet came in time",
    r"No space left": "the disk is full",
    r"Protocol not found|not on whitelist|Invalid data": NO_STREAM,
    r"Connection reset|Broken pipe|End of file|Input/output error": "the connection was lost",
}
_NOT_THIS_WAY = re.compile(r"failed: 461\b|Protocol not supported")
_MOST_SHOWN = 200
_OTHER_WAY: dict[Transport, str] = {
    "tcp": "the camera sends its media over UDP only; set this camera's transport to udp",
    "udp": "the camera sends its media over TCP only; set this camera's transport to tcp",
}


def cause_of(messages: "list[str]", transport: Transport = "tcp") -> str:
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
    return re.sub(r"^(\[[^\]]*\] *)+", "", messages[-1]).strip() if messages else "the stream ended"


def redirected_to(address: str) -> str:
    """The cause where a server sends on to another address."""
    return f"it sends on to {address[:_MOST_SHOWN]}, which is not followed; if that is the camera, enter that address"


def is_worth_a_look(cause: str) -> bool:
    """Whether asking the server itself can tell more than ffmpeg did."""
    return cause in (REFUSED, NO_STREAM, NOT_DECODED) or cause.startswith("it stalled")


def cause_seen(cause: str, look: Look) -> str:
    """The cause with what an own look at the server showed; `cause` where that tells nothing more."""
    if cause == REFUSED and look.only_sha256:
        return (
            "the camera offers only Digest SHA-256, which is not spoken here; "
            "set its RTSP authentication to digest with MD5, or to both"
        )
    if look.answer == "silent":
        return "the connection is taken, but the camera does not answer; check the port, or restart the camera"
    if look.answer == "http":
        return "a web server answers at that port; give the camera's RTSP port, mostly 554"
    return cause
