"""Every error that the product raises on purpose.

    JiejingError                one line for people: what, where, what to do
    +-- InputError              the user gave something that cannot be used (exit code 2)
    |   +-- SiteError           a site file, a zone or a rule is wrong
    |   +-- InvalidValueError   a value that its field cannot hold; pydantic reports it there
    |   +-- ModelError          a model is missing, broken or of another family
    |   +-- SourceError         a source address or a video cannot be used
    |   +-- ConflictError       what is there already stands against it
    |       +-- StaleError      it was changed by somebody else meanwhile
    +-- StreamError             a camera's stream failed; the supervisor tries again
    +-- RecordingError          the pictures of that time are not to be had (any more)
    +-- EvidenceError           a package could not be sealed
    +-- StorageError            the disk or the data base refuses

Errors of other libraries are mapped to these at the edge; messages never hold a password.
"""

from core.messages import Message


class JiejingError(Exception):
    """Base of all: a message that says what, where and what to do, by its code and parameters.

    >>> str(JiejingError("core.located", where="site.yaml:3", cause="no such label"))
    'site.yaml:3: no such label'
    """

    def __init__(self, code: str, /, **params: object) -> None:
        self.message = code if isinstance(code, Message) else Message(code, **params)
        super().__init__(self.message)


class InputError(JiejingError):
    """Wrong use or bad input."""


class SiteError(InputError):
    """A site file, camera, zone or rule that cannot be used."""


class InvalidValueError(InputError, ValueError):
    """A value that its field cannot hold."""


class ModelError(InputError):
    """A model that is missing, broken or not what it was said to be."""


class SourceError(InputError):
    """A source that is not allowed or cannot be read."""


class ConflictError(InputError):
    """Something that is there already stands against it."""


class StaleError(ConflictError):
    """Somebody else changed it meanwhile; read it again."""


class StreamError(JiejingError):
    """A stream that ended or stalled; worth another try."""


class RecordingError(JiejingError):
    """Pictures that the recording does not hold."""


class EvidenceError(JiejingError):
    """A package that could not be sealed."""


class StorageError(JiejingError):
    """A folder, file or data base that cannot be written or read."""
