"""The site file: YAML in, core.site.Site out, and back. A wrong file names line, field and cause."""

import json
from pathlib import Path

from pydantic import ValidationError

from core.errors import SiteError
from core.site import Site, redacted
from store import yaml_tree
from store.site_faults import cause_of, path_of


def load(path: Path) -> Site:
    """The site of a file.

    Raises:
        SiteError: one line: FILE:LINE: FIELD: CAUSE, and how many faults follow.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SiteError(f"{path}: cannot be read: {error.strerror}") from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SiteError(f"{path}:{line}: not UTF-8 text; save the file as UTF-8") from error
    return parse(text, str(path))


def parse(text: str, name: str) -> Site:
    """The site of a text that people know as `name`.

    Raises:
        SiteError: as of `load`.
    """
    try:
        tree = yaml_tree.read(text)
    except SiteError as error:
        raise SiteError(f"{name}:{error}") from error
    if tree.data is None:
        raise SiteError(f"{name}:1: the file is empty; it begins with site: and cameras:")
    try:
        # JSON, because only there is pydantic both strict about types and content with lists and written-out times.
        return Site.model_validate_json(json.dumps(tree.data), strict=True, by_alias=True, by_name=False)
    except ValidationError as error:
        raise SiteError(f"{name}:{_first_fault(error, tree)}") from error


def dump(site: Site) -> str:
    """The site as a file that `load` reads back to the same site."""
    return yaml_tree.write(site.model_dump(mode="json", by_alias=True, exclude_none=True))


def _first_fault(error: ValidationError, tree: yaml_tree.Tree) -> str:
    found = error.errors(include_url=False)
    # A fault inside a list makes pydantic find the list itself too short.
    around = {one["loc"][:length] for one in found for length in range(len(one["loc"]))}
    inner = [one for one in found if one["loc"] not in around]
    # What is missing may just be misspelt: a key that is there comes first.
    inner.sort(key=lambda one: (one["type"] == "missing", tree.line_of(path_of(one))))
    path = path_of(inner[0])
    first = redacted(yaml_tree.located(tree.line_of(path), path, cause_of(inner[0], tree)))
    return f"{first}; and {len(inner) - 1} more" if len(inner) > 1 else first
