"""Everything that takes hours, one after the other: `make soak`, or `make soak ONLY=memory` for one of them.

Each module of this folder runs by itself with its own defaults, and ends with 0 if what it measured is good. What came
out stands, with machine and date, in docs/reliability.md.
"""

# ruff: noqa: T201  printing is what it is for

import argparse
import pkgutil
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path


def main() -> int:
    """Runs what was asked for; 1 if something is not as it should be."""
    there = sorted(
        module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]) if module.name[0] != "_"
    )
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*there, []], help=f"some of: {', '.join(there)}; none: all")
    wanted = parser.parse_args().names or there
    codes = {name: _run(name) for name in wanted}
    for name, code in codes.items():
        print(f"{name}: {'good' if code == 0 else f'NOT GOOD, ended with {code}'}")
    return int(any(codes.values()))


def _run(name: str) -> int:
    began = time.monotonic()
    print(f"-- {name}, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC", flush=True)
    code = subprocess.run([sys.executable, "-m", f"tests.soak.{name}"], check=False).returncode
    print(f"-- {name}: {(time.monotonic() - began) / 60:.0f} minutes", flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
