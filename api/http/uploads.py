"""Files that people send."""

from fastapi import UploadFile

from api.http.problems import ProblemError
from core.messages import Message

MAX_BYTES = 20 * 1024 * 1024


def read_upload(file: UploadFile, advice: Message) -> bytes:
    """The content of a file.

    Args:
        advice: what to do where it is too large.

    Raises:
        HTTPException: 413, it is larger than MAX_BYTES.
    """
    content = file.file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ProblemError(413, "api.upload_too_large", limit=MAX_BYTES, advice=advice)
    return content
