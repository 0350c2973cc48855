"""Everything that the product notes in its audit has a name on the audit page."""

import re
from pathlib import Path

from store.site.relaxations import _VERBS

ROOT = Path(__file__).parents[2]
WORDS = ROOT / "web" / "src" / "audit" / "actions.ts"
# Object and verb, as the audit has them; what is only a file or a column of a table is not noted.
_OBJECTS = (
    "session|account_act|second_factor|access|events?|evidence|miss|live|camera|statistics|supervision|decisions|model|user|node|token|"
    "audit|key|relaxation"
)
_ACTION = re.compile(rf'"((?:{_OBJECTS})(?:\.[a-z_]+)+)"')
_NO_ACTION = re.compile(r"\.(jsonl|sock|key|onnx)$|^events\.event_id$")


def noted() -> set[str]:
    """The actions that the sources of the API, of the data base and of the command line write out."""
    sources = [path for folder in ("api", "store", "runtime") for path in (ROOT / folder).rglob("*.py")]
    sources = [path for path in sources if path.parent.name != "store" or not path.name.endswith("tables.py")]
    texts = [path.read_text(encoding="utf-8") for path in sources]
    found = {action for text in texts for action in _ACTION.findall(text) if not _NO_ACTION.search(action)}
    return found | {f"relaxation.{verb}" for verb in ("ask", *_VERBS.values())}


def test_every_action_has_a_name_in_both_languages() -> None:
    named = re.findall(r"'([a-z_.]+)': \['([^']+)', '([^']+)'\]", WORDS.read_text(encoding="utf-8"))
    assert {code for code, _, _ in named} == noted()
    assert all(re.search(r"[\u4e00-\u9fff]", zh) and en.isascii() for _, zh, en in named)
