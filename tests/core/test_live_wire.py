"""What is said over the socket of live pictures."""

import json
from pathlib import Path

import pytest

from core.live_wire import PREFIX, Want, line_of, part, socket_address, wants_of


def test_what_is_wanted_comes_out_again() -> None:
    wants = frozenset({Want("33088100081320000001", "wall"), Want("gate", "large")})
    line = line_of(wants)
    assert line.count(b"\n") == 1
    assert wants_of(line) == wants
    assert wants_of(line_of([])) == frozenset()


@pytest.mark.parametrize("line", [b"", b"{", b"7", b"[7]", b'[["cam"]]', b'[["cam", "huge"]]', b'[["cam", ["wall"]]]'])
def test_what_is_no_such_line_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        wants_of(line)


def test_a_part_says_how_long_it_is() -> None:
    content = part({"kind": "state", "名": "街"}, b"jpeg")
    header, picture = PREFIX.unpack_from(content)
    assert json.loads(content[PREFIX.size : PREFIX.size + header]) == {"kind": "state", "名": "街"}
    assert content[PREFIX.size + header :] == b"jpeg"
    assert picture == 4


def test_the_address_is_short_however_deep_the_home_lies(tmp_path: Path) -> None:
    home = tmp_path.joinpath(*["a-folder-with-a-long-name"] * 6)
    home.mkdir(parents=True)
    with socket_address(home) as address:
        assert len(address) < 100 < len(str(home))
