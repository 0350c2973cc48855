"""Documents from outside, told by their content: PDF, or a picture of a page."""

from api.http.pictures import PictureError, kind_of
from core.errors import JiejingError

_PDF_BEGINS, _PDF_ENDS = b"%PDF-", b"%%EOF"
# A reader looks for the end among the last bytes: others may follow it.
_TAIL_BYTES = 2048


class DocumentError(JiejingError):
    """No document of a kind that is taken; the text says why."""


def document_kind(content: bytes) -> tuple[str, str]:
    """Media type and suffix of a document.

    Raises:
        DocumentError: it is neither a PDF nor a picture.
    """
    if content.startswith(_PDF_BEGINS):
        if _PDF_ENDS not in content[-_TAIL_BYTES:]:
            raise DocumentError("api.pdf_cut_off")
        return "application/pdf", ".pdf"
    try:
        picture = kind_of(content)
    except PictureError as error:
        raise DocumentError("api.neither_pdf_nor_picture", cause=error) from error
    return picture.media_type, picture.suffix
