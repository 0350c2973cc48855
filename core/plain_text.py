"""Texts as people's programs write them: UTF-8 with or without a mark, UTF-16 ("Unicode" on Windows), GBK."""

import codecs

_SURELY_UTF8 = 4
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def text_of(content: bytes) -> str:
    """The text that these bytes are. GB18030 includes GBK and GB2312.

    Raises:
        UnicodeError: they are no text in any of these encodings.

    >>> text_of("占道经营".encode("gbk"))
    '占道经营'
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content.decode(encoding)
    if len(content) > 1 and 0 in content[:2]:  # UTF-16 without its mark, from a sign of Latin on
        return content.decode("utf-16-be" if content[0] == 0 else "utf-16-le")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        # Signs of several bytes that fit UTF-8 one after the other are no GBK: this is a text with a damaged place.
        before = content[: error.start].decode("utf-8")
        if sum(not sign.isascii() for sign in before) >= _SURELY_UTF8:
            raise
        return content.decode("gb18030")
