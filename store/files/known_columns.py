"""What people chose for the columns of their tables, so that nobody is asked twice: JIEJING_HOME/columns.json.

{"site": {TITLE: COLUMN}, "nodes": {NODE: {TITLE: COLUMN}}}: titles by `headings.key_of`; columns by name, or
LEFT_OUT.
What those of a node chose is of no concern to others; what was chosen for the whole site holds for every node that did
not choose otherwise. A file of former versions, {TITLE: COLUMN}, was chosen for the whole site.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from core.errors import InputError, StorageError
from store.files.headings import BY_NAME, LEFT_OUT, is_known, key_of

NAME = "columns.json"
_MOST = 500


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the file holds."""

    site: Mapping[str, str] = field(default_factory=dict)
    nodes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Learnt:
    """What would be remembered otherwise than it is, and as what it was remembered."""

    before: Mapping[str, str]
    after: Mapping[str, str]


class KnownColumns:
    """By the titles of columns: the column that they are, or LEFT_OUT; never of a title that the product knows."""

    def __init__(self, home: Path) -> None:
        self._path = home / NAME

    def of(self, node: str | None) -> dict[str, str]:
        """What holds for those of a node; None = of the whole site. What cannot be read counts as nothing."""
        kept = self._kept()
        return {**kept.site, **(kept.nodes.get(node, {}) if node is not None else {})}

    def learnt(self, node: str | None, chosen: Mapping[str, str]) -> Learnt | None:
        """What of a choice is new; None = nothing."""
        held = self.of(node)
        after = {key: name for key, name in chosen.items() if not is_known(key) and held.get(key) != name}
        return Learnt({key: held[key] for key in after if key in held}, after) if after else None

    def remember(self, node: str | None, learnt: Learnt) -> None:
        """Adds to what was chosen before, for that node or (None) the whole site; the newest hold.

        Raises:
            StorageError: it cannot be kept.
        """
        kept = self._kept()
        if node is None:
            kept = _Kept(_newest(kept.site, learnt.after), kept.nodes)
        else:
            kept = _Kept(kept.site, {**kept.nodes, node: _newest(kept.nodes.get(node, {}), learnt.after)})
        try:
            with NamedTemporaryFile("w", dir=self._path.parent, delete=False, encoding="utf-8") as draft:
                json.dump({"site": kept.site, "nodes": kept.nodes}, draft, ensure_ascii=False, indent=1)
            Path(draft.name).replace(self._path)
        except OSError as error:
            raise StorageError("store.columns_not_kept", path=self._path, cause=error) from error

    def _kept(self) -> _Kept:
        try:
            told = json.loads(self._path.read_bytes())
        except (OSError, ValueError):
            return _Kept()
        if not isinstance(told, dict):
            return _Kept()
        site, nodes = told.get("site"), told.get("nodes")
        if isinstance(site, dict) and isinstance(nodes, dict):
            return _Kept(_sound(site), {node: _sound(chosen) for node, chosen in nodes.items()})
        return _Kept(_sound(told))


def chosen_of(told: Mapping[str, str]) -> dict[str, str]:
    """A choice by titles as people see them, by the key of the titles.

    Raises:
        InputError: it names a column that is none.
    """
    for title, name in told.items():
        if name != LEFT_OUT and name not in BY_NAME:
            raise InputError(
                "store.column_choice_unknown", title=title, name=repr(name), columns=list(BY_NAME), field="columns"
            )
    return {key_of(title[:200]): name for title, name in told.items()}


def _newest(held: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str]:
    known = {key: name for key, name in held.items() if key not in after} | dict(after)
    return dict(list(known.items())[-_MOST:])


def _sound(chosen: Any) -> dict[str, str]:
    """What of a choice can hold: a former version kept titles that the product knows, too."""
    if not isinstance(chosen, dict):
        return {}
    return {
        key: name
        for key, name in chosen.items()
        if isinstance(name, str) and (name == LEFT_OUT or name in BY_NAME) and not is_known(key)
    }
