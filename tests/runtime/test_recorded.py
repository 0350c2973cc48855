"""A recorded file is sealed as what it is, whatever the site file says of the camera."""

import hashlib
import json
from pathlib import Path

from evidence.signing.keys import key_id as id_of
from evidence.signing.keys import read_public_key
from tests.runtime.conftest import Jiejing, SiteFile, site
from tests.runtime.test_analyze import START, lines


def test_a_recorded_file_is_no_live_camera(
    jiejing: Jiejing, with_model: str, film: Path, site_file: SiteFile, home: Path, tmp_path: Path
) -> None:
    told = site_file(site(source="rtsp://10.0.0.8/Streaming/Channels/101"))
    words = ("analyze", film, "--site", told, "--camera", "cam", "--model", with_model, "--start", START)
    assert jiejing(*words, "--out", tmp_path / "out").code == 0
    packages = [tmp_path / "out" / line["package"] for line in lines(tmp_path / "out") if line["package"]]
    assert len(packages) == 2
    for package in packages:
        manifest = json.loads((package / "manifest.json").read_bytes())
        source = manifest["source"]
        assert (source["kind"], source["time_basis"]) == ("recorded_file", "stated_by_operator")
        assert (source["address"], source["received_from"]) == (film.name, "unknown")
        assert source["file"] == {
            "name": film.name,
            "size": film.stat().st_size,
            "digests": {"sha256": hashlib.sha256(film.read_bytes()).hexdigest()},
        }
        assert not manifest["completeness"]["complete"]
        assert "source" in [one["what"] for one in manifest["completeness"]["missing"]]
        assert "10.0.0.8" not in json.dumps(manifest)
        assert jiejing("verify", package).code == 0
    assert not (home / "keys" / "signing.pem").exists()
    assert (home / "keys" / "recorded.pem").stat().st_mode & 0o077 == 0
    keys = {id_of(read_public_key(path)) for path in (home / "keys" / "public").glob("*.pem")}
    assert manifest["key_id"] in keys
