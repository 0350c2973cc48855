"""What the review teaches, from the command line."""

from datetime import timedelta
from pathlib import Path

from core.clock import SystemClock
from core.settings import Settings
from runtime.home.installation import Installation
from tests.runtime.conftest import Jiejing
from tests.store.review_examples import decide, rejection, violation, with_officers
from training.datasets.decisions import read_decisions


def test_final_decisions_are_written_as_harvest_reads_them(jiejing: Jiejing, home: Path, tmp_path: Path) -> None:
    installation = Installation(Settings(home=home))
    engine = with_officers(installation.engine)
    decided, pending = violation(engine), violation(engine, 1)
    now = SystemClock().utc()
    decide(engine, rejection(engine, decided), now=now - timedelta(minutes=1))
    decide(engine, rejection(engine, pending, key="another"), now=now + timedelta(hours=1))
    out = tmp_path / "decisions.jsonl"
    assert jiejing("decisions", "export", "--out", str(out)).out == f"{out}: 1 lines\n"
    (found,) = read_decisions(out)
    assert (found.event_id, found.effect) == (decided, "negative")
    assert jiejing("decisions", "export").out == out.read_text(encoding="utf-8")
    assert jiejing("decisions", "export", "--since", (now + timedelta(days=1)).isoformat()).out == ""
    assert {one.action for one in installation.store.audit.page()[0]} >= {"decisions.export"}


def test_a_day_without_its_time_is_refused(jiejing: Jiejing, home: Path) -> None:
    said = jiejing("decisions", "export", "--since", "2026-05-01")
    assert said.code == 2
    assert said.err.startswith("jiejing: --since: ")
