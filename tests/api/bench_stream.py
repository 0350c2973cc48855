"""How soon a violation is on the officer's screen, as far as the server has a part in it: `python -m
tests.api.bench_stream`.

From the moment at which the row of the violation is asked to be kept to the moment at which its message is in the
hands of a client of a real server on this machine. EVENTS violations, at times that have nothing to do with when the
server asks. The median and the 95th percentile. Figures, not tests: nothing passes or fails.
"""

import statistics
import tempfile
import time
from pathlib import Path

from api.app import create_app
from api.http.services import Services
from core.rights import Role
from store.base import migrate
from store.base.engine import make_engine
from store.events.events import EventRepository
from store.site.sites import SiteRepository
from tests.api.accounts import QUICK, Accounts
from tests.api.test_stream import TIGER, watching
from tests.served import Served
from tests.store.examples import as_violation, event, site_of

# ruff: noqa: T201  printing is what a benchmark is for

EVENTS = 100
# No multiple of the second in which the server asks.
PAUSE_S = 0.37


def main() -> None:
    """Prints one line: median and 95th percentile in seconds."""
    with tempfile.TemporaryDirectory() as home:
        (Path(home) / "packages").mkdir()
        engine = make_engine(f"sqlite:///{home}/jiejing.db")
        migrate.upgrade(engine)
        SiteRepository(engine).replace(site_of(TIGER))
        services = Services(engine, Path(home) / "packages", passwords=QUICK)
        app = create_app(services)
        officer = Accounts(app, services).as_role(Role.OFFICER)
        taken = []
        with Served(app) as server, watching(server, officer) as stream:
            for number in range(EVENTS):
                time.sleep(PAUSE_S)
                violation = as_violation(event(number, camera_id=TIGER.id))
                began = time.perf_counter()
                EventRepository(engine).apply(violation)
                next(stream)
                taken.append(time.perf_counter() - began)
        engine.dispose()
    p95 = sorted(taken)[round(0.95 * (EVENTS - 1))]
    print(f"violation kept to message at the client\tmedian {statistics.median(taken):.2f} s, p95 {p95:.2f} s")


if __name__ == "__main__":
    main()
