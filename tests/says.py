"""What an error is expected to say: its code, and the parameters that matter, whatever the words."""

from collections.abc import Callable

from core.messages import message_of


def says(code: str, **params: object) -> Callable[[BaseException], bool]:
    """For `pytest.raises(..., check=says("core.polygon_crosses_itself", first=1, second=3))`; parameters that are not
    named may be anything."""

    def check(error: BaseException) -> bool:
        message = message_of(error)
        return message.code == code and all(message.params.get(name) == value for name, value in params.items())

    return check
