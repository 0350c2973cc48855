"""The site file: YAML in, core.site.Site out, and back. A wrong file names line, field and cause."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from core.errors import SiteError
from core.messages import FIELD, Message
from core.plain_text import text_of
from core.redaction import redacted
from core.site import Site
from store.files import yaml_tree
from store.files.sheets import TableError
from store.files.site_days import with_moments
from store.files.site_faults import cause_of, path_of
from store.files.subprocess_reader import read_apart
from store.site.records import RowFault

_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_CUT_ADDRESS = re.compile(r" *(?:- *)?(source|detect_source): *[A-Za-z]{1,8}://[^\s\"']{0,1000} +#[^@]{0,1000}@")
_CUT = Message("store.address_cut_by_comment")


@dataclass(frozen=True, slots=True)
class CheckedSite:
    """A site with the lines on which its cameras begin; or None, and what is wrong by line."""

    site: Site | None
    faults: tuple[RowFault, ...]
    lines: tuple[int, ...] = ()


def load(path: Path) -> Site:
    """The site of a file.

    Raises:
        SiteError: one line: FILE:LINE: FIELD: CAUSE, and how many faults follow.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SiteError("store.site_file_unreadable", path=path, cause=error) from error
    return _sound(check_bytes(content), str(path))


def parse(text: str, name: str) -> Site:
    """The site of a text that people know as `name`.

    Raises:
        SiteError: as of `load`.
    """
    return _sound(check(text), name)


def refusal(name: str, faults: Sequence[RowFault]) -> SiteError:
    """The one line for a file with faults: NAME:ROW: FIELD: CAUSE, and how many more there are."""
    first = faults[0]
    fault = Message("core.located", where=f"{name}:{first.row}", cause=yaml_tree.of_field(first.cause, first.field))
    return SiteError("store.and_more_faults", fault=fault, count=len(faults) - 1) if faults[1:] else SiteError(fault)


def check_bytes(content: bytes) -> CheckedSite:
    """As `check`, of what a file holds. It comes from outside: it is read apart, within limits."""
    if content.startswith(_WORKBOOKS):
        return CheckedSite(None, (RowFault(1, "", Message("store.site_file_is_workbook")),))
    try:
        text = text_of(content)
    except UnicodeDecodeError as error:
        number = content.count(b"\n", 0, error.start) + 1
        return CheckedSite(None, (RowFault(number, "", Message("store.site_file_not_utf8")),))
    try:
        tree = yaml_tree.from_plain(read_apart("yaml", text.encode()))
    except TableError as error:
        return CheckedSite(None, (_fault_of(error.message),))
    return _with_whole_addresses(_checked(tree), text)


def check(text: str) -> CheckedSite:
    """The site of a text of our own, or everything that is wrong with it, what explains the rest first."""
    try:
        return _checked(yaml_tree.read(text))
    except SiteError as error:
        return CheckedSite(None, (_fault_of(error.message),))


def _fault_of(refusal: Message) -> RowFault:
    """What yaml_tree refuses, which names its line; or the process that reads, which knows none."""
    if refusal.code != "core.located":
        return RowFault(1, "", refusal)
    cause: Message = refusal.params["cause"]
    return RowFault(refusal.params["where"], cause.params.get(FIELD, ""), cause.without_field())


def _with_whole_addresses(checked: CheckedSite, text: str) -> CheckedSite:
    """Names addresses that YAML cut at ` #`: what is left of them may look like an address."""
    cut = {
        number: RowFault(number, match.group(1), _CUT)
        for number, line in enumerate(text.splitlines(), start=1)
        if (match := _CUT_ADDRESS.match(line))
    }
    if not cut:
        return checked
    others = [fault for fault in checked.faults if fault.row not in cut]
    return CheckedSite(None, tuple(sorted([*others, *cut.values()], key=lambda one: one.row)))


def _checked(tree: yaml_tree.Tree) -> CheckedSite:
    if tree.data is None:
        return CheckedSite(None, (RowFault(1, "", Message("store.site_file_empty")),))
    try:
        # JSON, because only there is pydantic both strict about types and content with lists and written-out times.
        site = Site.model_validate_json(json.dumps(with_moments(tree.data)), strict=True, by_alias=True, by_name=False)
    except ValidationError as error:
        return CheckedSite(None, _faults(error, tree))
    return CheckedSite(site, (), tuple(tree.line_of(("cameras", index)) for index in range(len(site.cameras))))


def dump(site: Site) -> str:
    """The site as a file that `load` reads back to the same site."""
    return yaml_tree.write(site.model_dump(mode="json", by_alias=True, exclude_none=True))


def _sound(checked: CheckedSite, name: str) -> Site:
    if checked.site is None:
        raise refusal(name, checked.faults)
    return checked.site


def _faults(error: ValidationError, tree: yaml_tree.Tree) -> tuple[RowFault, ...]:
    found = error.errors(include_url=False)
    # A fault inside a list makes pydantic find the list itself too short.
    around = {one["loc"][:length] for one in found for length in range(len(one["loc"]))}
    inner = [one for one in found if one["loc"] not in around]
    # What is missing may just be misspelt: a key that is there comes first.
    inner.sort(key=lambda one: (one["type"] == "missing", tree.line_of(path_of(one))))
    paths = [path_of(one) for one in inner]
    return tuple(
        RowFault(tree.line_of(path), yaml_tree.shown(path), cause_of(one, tree).with_texts(redacted))
        for path, one in zip(paths, inner, strict=True)
    )
