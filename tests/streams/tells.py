"""What is expected to be told of a stream or file that fails: its name, and the cause by code and parameters."""

from collections.abc import Callable

from core.messages import Message, message_of


def tells(code: str, **params: object) -> Callable[[BaseException], bool]:
    """For `pytest.raises(..., check=tells("streams.no_key_frame"))`, of an error that is `core.located`."""

    def check(error: BaseException) -> bool:
        return message_of(error).code == "core.located" and is_about(cause_in(error), code, **params)

    return check


def cause_in(error: BaseException) -> Message:
    """The cause that an error tells."""
    return message_of(message_of(error).params["cause"])


def is_about(message: Message, code: str, **params: object) -> bool:
    """Whether a cause has that code and these parameters."""
    return message.code == code and all(message.params.get(name) == value for name, value in params.items())
