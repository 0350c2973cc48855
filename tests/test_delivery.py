"""What is installed is what was locked, with its hash; bills of materials agree; containers may little."""

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import zipfile
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


WHEEL_FILES = {
    "said.py": "def main():\n    print('installed')\n",
    "jiejing-0.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: jiejing\nVersion: 0.0\n",
    "jiejing-0.0.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    "jiejing-0.0.dist-info/entry_points.txt": "[console_scripts]\njiejing = said:main\n",
}


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """A folder as deploy/offline.sh makes it, with a program that only says that it is there, and no dependency."""
    folder = tmp_path / "disk"
    (folder / "wheels").mkdir(parents=True)
    (folder / "runtime.txt").touch()
    shutil.copy(ROOT / "deploy" / "offline-install.sh", folder / "install.sh")
    with zipfile.ZipFile(folder / "jiejing-0.0-py3-none-any.whl", "w") as wheel:
        for name, content in WHEEL_FILES.items():
            wheel.writestr(name, content)
        sums = (hashlib.sha256(content.encode()).digest() for content in WHEEL_FILES.values())
        coded = (base64.urlsafe_b64encode(one).decode().rstrip("=") for one in sums)
        listed = [f"{name},sha256={one}," for name, one in zip(WHEEL_FILES, coded, strict=True)]
        wheel.writestr("jiejing-0.0.dist-info/RECORD", "\n".join([*listed, "jiejing-0.0.dist-info/RECORD,,", ""]))
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  ./{path.relative_to(folder)}\n" for path in files]
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")
    return folder


def install(disk: Path, target: Path) -> "subprocess.CompletedProcess[str]":
    """Runs the script of the disk, with pip told by the environment to look elsewhere, too."""
    told = os.environ | {"PIP_INDEX_URL": "http://127.0.0.1:9/simple"}
    script = [disk / "install.sh", target]
    return subprocess.run(
        script, cwd="/", env=told, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )


def test_a_disk_installs_and_upgrades_without_a_network(disk: Path, tmp_path: Path) -> None:
    target = tmp_path / "opt" / "jiejing"
    for _ in ("install", "upgrade"):
        done = install(disk, target)
        assert done.returncode == 0, done.stderr
        said = subprocess.run([target / "bin" / "jiejing"], capture_output=True, text=True, check=True).stdout
        assert said == "installed\n"


def test_a_disk_that_was_changed_on_its_way_is_refused(disk: Path, tmp_path: Path) -> None:
    (disk / "runtime.txt").write_text("another==1.0\n", encoding="utf-8")
    done = install(disk, tmp_path / "opt")
    assert done.returncode == 1
    assert "damaged or changed" in done.stderr
    assert not (tmp_path / "opt").exists()


def test_a_disk_holds_what_is_locked_with_its_hashes_and_takes_it_from_nowhere_else() -> None:
    made, installs = (
        (ROOT / "deploy" / name).read_text(encoding="utf-8") for name in ("offline.sh", "offline-install.sh")
    )
    assert "pip download" in made
    assert "--require-hashes" in made
    assert "--no-index" in installs
    assert "--require-hashes" in installs
    # Whatever is looked for on the other machine is on the disk.
    looked_for = set(re.findall(r"\|\| echo ([a-z0-9-]+)$", installs, re.MULTILINE))
    [carried] = re.findall(r'^system_packages="(.+)"$', made, re.MULTILINE)
    assert looked_for
    assert looked_for <= set(carried.split())


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
