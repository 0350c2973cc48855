"""Files that people send."""

from fastapi import HTTPException, UploadFile

MAX_BYTES = 20 * 1024 * 1024


def read_upload(file: UploadFile, what: str, advice: str) -> bytes:
    """The content of a file.

    Args:
        what: it is called; advice: what to do where it is too large.

    Raises:
        HTTPException: 413, it is larger than MAX_BYTES.
    """
    content = file.file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise HTTPException(413, f"the {what} is larger than {MAX_BYTES} bytes; {advice}")
    return content
