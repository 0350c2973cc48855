"""Makes the frozen home beside this file, with the version of the product that is checked out; run once a version.

    JIEJING_HOME=/tmp/home python -m tests.upgrade.make_home /tmp/home.tar.gz

Three cameras are watched for a minute: at `gate` a car stops, is a violation and leaves; at `lane` one is a violation
and stands on; at `square` one is a candidate when the process ends. The gate's event is decided, the lane's is open.
"""

import json
import os
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import yaml

from runtime.demo.accounts import add_demo_accounts
from runtime.home.installation import Installation
from runtime.process.ports import free_port
from streams.playout import Playout
from tests.api.review_examples import jpeg
from tests.runtime.conftest import RULE
from tests.runtime.films import stands, write_film
from tests.runtime.red_detector import write_red_detector

PATIENCE_S = 90.0
LIMITS_S = {"gate": 6, "lane": 6, "square": 300}
RECORDINGS_OF_SEALED = {("ring", "gate"), ("ring", "lane")}
LEAVES_S = {"gate": 22.0, "lane": 1e9, "square": 1e9}


def site(url: Callable[[str], str]) -> dict[str, Any]:
    """Three cameras with one zone each; the passwords in their addresses are made up."""
    return {
        "site": {"name": "江山市城区", "division": "330881", "timezone": "Asia/Shanghai"},
        "cameras": [
            {
                "id": name,
                "name": f"解放路 {name}",
                "source": url(name),
                "sampling": {"mode": "interval", "interval_s": 0.5},
                "place": {"lon": 118.62, "lat": 28.74, "address": "解放路 1 号", "grid": "330881001001001"},
                "privacy_masks": [[[0, 0], [0.1, 0], [0.1, 0.1], [0, 0.1]]],
                "presets": [{"id": "1", "zones": [zone(limit_s)]}],
            }
            for name, limit_s in LIMITS_S.items()
        ],
    }


def zone(limit_s: float) -> dict[str, Any]:
    return {
        "id": "pavement",
        "name": "人行道",
        **RULE,
        "violation_after_s": limit_s,
        "candidate_after_s": 2,
        "bridge_gap_s": 60,
    }


def until(found: Callable[[], Any], what: str) -> Any:
    end_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < end_s:
        if result := found():
            return result
        time.sleep(0.2)
    raise SystemExit(f"waited in vain for {what}")


def command(*words: str) -> None:
    subprocess.run([sys.executable, "-m", "runtime.cli", *words], check=True)


def watch(installation: Installation, port: int, passwords: dict[str, str]) -> None:
    """Watches until everything has happened, and decides the gate's event."""
    with subprocess.Popen([sys.executable, "-m", "runtime.cli", "up"]) as running:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1", timeout=20) as client:
            until(lambda: ready(port), "the interface")
            signed_in = client.post("/session", json={"name": "officer", "password": passwords["officer"]})
            signed_in.raise_for_status()
            client.headers["X-CSRF-Token"] = signed_in.json().get("csrf_token", "")
            gate = until(lambda: sealed_twice(installation, "gate"), "the gate's two packages")
            until(lambda: packages_of(installation, "lane"), "the lane's package")
            until(lambda: event_of(installation, "square"), "the square's candidate")
            decide(client, gate)
            time.sleep(3)
        running.send_signal(signal.SIGTERM)
        running.wait(10)


def ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz").is_success
    except httpx.HTTPError:
        return False


def event_of(installation: Installation, camera_id: str) -> str | None:
    found = [one.event_id for one in installation.store.events.page().events if one.camera_id == camera_id]
    return found[0] if found else None


def packages_of(installation: Installation, camera_id: str) -> Any:
    event_id = event_of(installation, camera_id)
    return installation.store.packages.of_event(event_id) if event_id else ()


def sealed_twice(installation: Installation, camera_id: str) -> str | None:
    return event_of(installation, camera_id) if len(packages_of(installation, camera_id)) == 2 else None


def decide(client: httpx.Client, event_id: str) -> None:
    """An officer claims the event, adds a note and a picture, and approves it."""
    csrf = {"Origin": str(client.base_url).removesuffix("/api/v1/")}
    client.post(f"/events/{event_id}/claim", headers=csrf).raise_for_status()
    picture = {"file": ("spot.jpg", jpeg(), "image/jpeg")}
    client.post(
        f"/events/{event_id}/attachments", files=picture, data={"note": "现场"}, headers=csrf
    ).raise_for_status()
    event = client.get(f"/events/{event_id}").json()
    looks = dict.fromkeys(
        ("first_picture", "last_picture", "subject"), event["openings"][0]["dwell"]["spans"][0]["start"]
    )
    body = {
        "opening": event["opening"],
        "verdict": "approved",
        "seen": looks,
        "spent_s": 7.5,
        "subject": {"plate": "浙H12345", "colour": "white", "vehicle_type": "car"},
    }
    headers = {"Idempotency-Key": "home-1", "If-Match": f'"{event["review"]["revision"]}"', **csrf}
    answer = client.post(f"/events/{event_id}/decisions", json=body, headers=headers)
    if answer.is_error:
        raise SystemExit(answer.text)


def pack(home: Path, target: Path) -> None:
    """The home without what no later version needs."""
    with tarfile.open(target, "w:gz", compresslevel=9) as archive:
        for path in sorted(home.rglob("*")):
            name = path.relative_to(home)
            if path.is_socket() or name.parts[0] == "quiet" or name.parts[:2] in RECORDINGS_OF_SEALED:
                continue
            archive.add(path, str(name), recursive=False)


def main() -> None:
    target = Path(sys.argv[1])
    port = free_port()
    os.environ |= {
        "JIEJING_PORT": str(port),
        "JIEJING_RING_S": "30",
        "JIEJING_POST_ROLL_S": "1",
        "JIEJING_LOG_LEVEL": "WARNING",
    }
    installation = Installation.open()
    home = installation.settings.home
    with tempfile.TemporaryDirectory() as folder:
        films = {
            name: write_film(Path(folder) / f"{name}.mp4", 120, stands(3, leaves_s))
            for name, leaves_s in LEAVES_S.items()
        }
        command(
            "model",
            "import",
            str(write_red_detector(Path(folder) / "red.onnx")),
            "--name",
            "red",
            "--family",
            "yolo-e2e",
            "--use",
        )
        passwords = {account.name: account.password for account in add_demo_accounts(installation)}
        with Playout(films, login="viewer:made-up-secret") as playout:
            file = Path(folder) / "site.yaml"
            content = site(lambda name: playout.url(name, "viewer:made-up-secret"))
            file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
            command("camera", "import", str(file))
            watch(installation, port, passwords)
    installation.engine.dispose()
    (home / "passwords.json").write_text(json.dumps(passwords), encoding="utf-8")
    pack(home, target)


if __name__ == "__main__":
    main()
