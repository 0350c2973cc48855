"""What is installed is what was locked, with its hash; bills of materials agree; containers may little."""

import json
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
_NAMED = re.compile(r"^([a-z0-9.-]+)(?:\[[a-z0-9, -]+\])?==([^ ;]+)")


def entries(lock: Path) -> list[str]:
    """Each requirement with its hashes, in one line."""
    return lock.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()


def versions(lock: Path) -> set[tuple[str, str]]:
    found = [_NAMED.match(entry) for entry in entries(lock)]
    return {(one[1], one[2]) for one in found if one}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_locked_package_has_its_hashes_and_names_no_registry(lock: Path) -> None:
    lines = entries(lock)
    assert len(lines) > 20
    for line in lines:
        assert _NAMED.match(line), line
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", line), line
        assert "://" not in line, line
        assert "index" not in line.partition("--hash")[0], line


def test_set_up_takes_nothing_without_its_hash() -> None:
    script = (ROOT / "deploy" / "setup.sh").read_text(encoding="utf-8").replace("\\\n", " ")
    installs = [line for line in script.splitlines() if "pip install" in line]
    assert installs
    # This program itself, with nothing it depends on, is the one that has no hash.
    assert all("--require-hashes" in line or "--no-deps --editable ." in line for line in installs)


def test_the_bill_of_materials_of_python_is_that_of_the_lock() -> None:
    bill = json.loads((ROOT / "requirements" / "sbom-python.cdx.json").read_text(encoding="utf-8"))
    assert bill["bomFormat"] == "CycloneDX"
    assert {(one["name"], one["version"]) for one in bill["components"]} == versions(
        ROOT / "requirements" / "runtime.txt"
    ), "make sbom"


def test_the_bill_of_materials_of_the_web_app_is_that_of_its_lock() -> None:
    bill = json.loads((ROOT / "requirements" / "sbom-web.cdx.json").read_text(encoding="utf-8"))
    locked = json.loads((ROOT / "web" / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    wanted = {
        (path.rpartition("node_modules/")[2], one["version"])
        for path, one in locked.items()
        # What is for other systems alone is in the lock, and not in the bill of this one.
        if path and not one.get("optional")
    }
    assert wanted <= {(one["name"], one["version"]) for one in bill["components"]}, "make sbom"


@pytest.mark.parametrize("bill", ["sbom-python.cdx.json", "sbom-web.cdx.json"])
def test_no_bill_names_a_registry(bill: str) -> None:
    content = (ROOT / "requirements" / bill).read_text(encoding="utf-8")
    addresses = set(re.findall(r"https?://[^\"]+", content))
    assert all(one.startswith("http://cyclonedx.org/") for one in addresses), addresses


# What each container may do beyond what any user may.
CAPABILITIES = {
    "jiejing": set(),
    "postgres": {"CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"},
    "caddy": {"NET_BIND_SERVICE"},
    "mediamtx": set(),
}


def test_no_container_may_more_than_it_needs() -> None:
    services = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))["services"]
    assert services.keys() == CAPABILITIES.keys()
    for name, service in services.items():
        assert service["cap_drop"] == ["ALL"], name
        assert set(service.get("cap_add", ())) == CAPABILITIES[name], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["read_only"] is True, name
        assert any(place.startswith("/tmp") for place in service["tmpfs"]), name
        assert not service.get("privileged"), name
