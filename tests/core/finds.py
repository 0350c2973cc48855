"""What pydantic is expected to find wrong, by its code, whatever the words."""

from collections.abc import Callable

from pydantic import ValidationError

from core.invalid_values import message_of_invalid


def finds(code: str, **params: object) -> Callable[[ValidationError], bool]:
    """For `pytest.raises(ValidationError, check=finds("core.polygon_has_no_area"))`: one of its errors says so;
    parameters that are not named may be anything."""

    def check(error: ValidationError) -> bool:
        found = [message_of_invalid(one) for one in error.errors()]
        return any(one.code == code and params.items() <= one.params.items() for one in found)

    return check
