"""Why a stream failed, in one line for people, from what ffmpeg said."""

import re

CAUSES = {
    r"\b40[13] |Unauthorized|Forbidden": "the camera refused the user name or password; check both",
    r"\b404 |Stream Not Found": "there is no such stream at that address; check its path",
    r"Connection refused": "unreachable: nothing listens at that host and port",
    r"[Ff]ailed to resolve|Name or service|nodename nor": "unreachable: the host name is unknown",
    r"failed: Connection timed out|No route to host|unreachable": "unreachable: the host does not answer",
    r"timed out": "it stalled: no packet came in time",
    r"matches no streams|does not contain any stream|[Nn]o video": "it sends no video",
    r"No space left": "the disk is full",
    r"Protocol not found|not on whitelist|Invalid data": "it answers with something that is no video stream",
    r"Connection reset|Broken pipe|End of file|Input/output error": "the connection was lost",
}


def cause_of(messages: "list[str]") -> str:
    """The likeliest cause in the error messages of one run, most telling first; the last message where none is known.

    The messages must already be free of credentials.
    """
    text = "\n".join(messages)
    for pattern, cause in CAUSES.items():
        if re.search(pattern, text):
            return cause
    return re.sub(r"^(\[[^\]]*\] *)+", "", messages[-1]).strip() if messages else "the stream ended"
