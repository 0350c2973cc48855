"""Models over HTTP: what their cards claim, and how one comes to be in use: with a reason, past the gate, and back."""

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.http.services import Services
from core.rights import Role
from models.card import ModelCard, ModelInput
from models.gate import LEAST_FRAMES, LEAST_SHARE, LEAST_THINGS
from models.store import ModelStore, sha256_of
from tests.api.accounts import Accounts
from tests.models.networks import write_tiny

MODELS = "/api/v1/models"
MEASURES = [
    {
        "measure": "rendered pictures",
        "rendered": True,
        "skipped": None,
        "figures": {"map50": {"value": 0.65, "interval_95": [0.63, 0.67], "counts": "240 pictures", "floor": 0.7}},
    },
    {"measure": "real clips", "rendered": False, "figures": {"found": {"value": None, "counts": "nothing"}}},
    {"of another form": 1},
]


@pytest.fixture
def ml(accounts: Accounts) -> TestClient:
    return accounts.as_role(Role.ML_ENGINEER)


def taken_in(store: ModelStore, folder: Path, name: str, *labels: str, **figures: Any) -> str:
    """Puts a model into the store; answers its SHA-256."""
    weights = write_tiny(folder / f"{name}.onnx", sum(name.encode()))
    known = {one: one for one in labels or ("car", "stall")}
    digest = sha256_of(weights)
    wanted = ModelInput(width=640, height=384)
    store.add(
        ModelCard(
            name=name, family="yolo", sha256=digest, input=wanted, classes=tuple(known), labels=known, figures=figures
        ),
        weights,
    )
    return digest


@pytest.fixture
def store(services: Services, tmp_path: Path) -> ModelStore:
    """`old` is in use, `new` might take its place."""
    store = services.models
    taken_in(store, tmp_path, "old")
    store.promote(["old"], reason="the first")
    taken_in(store, tmp_path, "new")
    return store


def in_shadow(services: Services, name: str, frames: int = LEAST_FRAMES, seen: int = LEAST_THINGS) -> None:
    """What `run` leaves of a candidate: on these frames it saw so many of fifty things."""
    services.models.shadow(name)
    file = services.home / "shadow" / services.models.find(name).card.sha256 / "cam.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    detections = {"both": {"vehicle": seen}, "in_use": {"vehicle": LEAST_THINGS - seen}, "candidate": {"stall": 3}}
    violations = {"in_use": {"illegal_parking": 10}, "candidate": {"illegal_parking": 9}}
    told = {"frames": frames, "missed": 0, "detections": detections, "violations": violations}
    file.write_text(json.dumps(told), encoding="utf-8")


def promote(client: TestClient, *names: str, etag: str | None = None, **more: Any) -> Any:
    body = {"models": names, "reason": "夜间误报少", **more}
    headers = {"If-Match": etag or client.get(MODELS).headers["ETag"]}
    return client.post(f"{MODELS}/promotions", json=body, headers=headers)


def forced(client: TestClient, accounts: Accounts, *names: str) -> Any:
    """Promoted past the gate: asked for by one, and by a second person."""
    assert promote(client, *names, force=True).status_code == 202
    accounts.user("second-engineer", Role.ML_ENGINEER)
    return promote(accounts.sign_in("second-engineer"), *names, force=True)


def in_use(client: TestClient) -> list[str]:
    return [one["name"] for one in client.get(MODELS).json()["in_use"]]


def test_a_figure_on_rendered_streets_is_never_said_to_be_real(
    ml: TestClient, store: ModelStore, tmp_path: Path
) -> None:
    val = {"pictures": 210, "boxes": 1927, "map50": 0.62}
    taken_in(store, tmp_path, "told", val=val, measures=MEASURES, not_to_be_trusted_with="Stalls.")
    card = next(one for one in ml.get(MODELS).json()["models"] if one["name"] == "told")
    assert [(one["measure"], one["ground"], one["value"], one["floor"]) for one in card["figures"]] == [
        ("val", "real", 0.62, None),
        ("rendered pictures", "rendered", 0.65, 0.7),
        ("real clips", "real", None, None),
    ]
    assert card["limits"] == {"zh": "Stalls.", "en": "Stalls."}
    shipped = next(one for one in ml.get(MODELS).json()["models"] if one["name"] == "street-n")
    grounds = {one["measure"]: one["ground"] for one in shipped["figures"]}
    assert grounds["val"] == "mixed"
    assert shipped["limits"]["zh"].startswith("摊位")
    assert shipped["limits"]["en"].startswith("Stalls")
    assert all(ground == "rendered" for measure, ground in grounds.items() if "rendered" in measure)


def test_a_candidate_that_has_shown_itself_is_promoted(ml: TestClient, store: ModelStore, services: Services) -> None:
    in_shadow(services, "new")
    assert ml.get(MODELS).json()["shadow"]["objections"] == []
    answer = promote(ml, "new")
    assert answer.status_code == 200, answer.text
    change = answer.json()["history"][0]
    assert (change["kind"], change["reason"], change["forced"]) == ("promote", "夜间误报少", False)
    assert in_use(ml) == ["new"]
    assert store.history()[-1].evidence["shadow"]["frames"] == LEAST_FRAMES
    row = services.store.audit.page()[0][0]
    assert (row.action, row.object_id, row.before) == ("model.promote", "new", {"models": ["old"]})


# What the shadow saw -> what the gate says.
OBJECTIONS = [
    ({"frames": LEAST_FRAMES - 1}, "in shadow"),
    ({"seen": int(LEAST_THINGS * LEAST_SHARE) - 1}, "vehicle: of 50 that are seen now it saw 39"),
    (None, "has looked at 0 frames"),
]


@pytest.mark.parametrize(("seen", "says"), OBJECTIONS)
def test_the_gate_objects_unless_it_is_forced_with_a_reason(
    ml: TestClient,
    accounts: Accounts,
    store: ModelStore,
    services: Services,
    seen: dict[str, int] | None,
    says: str,
) -> None:
    if seen is not None:
        in_shadow(services, "new", **seen)
    refused = promote(ml, "new")
    assert refused.status_code == 409
    assert says in refused.json()["detail"]
    assert in_use(ml) == ["old"]
    change = forced(ml, accounts, "new").json()["history"][0]
    assert change["forced"] is True
    assert says in change["objections"][0]["text"]


def test_a_label_that_is_found_now_must_not_be_lost(
    ml: TestClient, store: ModelStore, services: Services, tmp_path: Path
) -> None:
    taken_in(store, tmp_path, "cars", "car")
    in_shadow(services, "cars")
    assert promote(ml, "cars").json()["params"]["objections"] == [
        {"code": "models.candidate_loses_labels", "params": {"labels": ["stall"]}}
    ]
    # Together with what is in use it can.
    assert promote(ml, "cars", "old").status_code == 200


def test_past_the_gate_it_takes_two(ml: TestClient, accounts: Accounts, store: ModelStore, services: Services) -> None:
    waits = promote(ml, "new", force=True)
    assert waits.status_code == 202
    assert waits.json()["forcing"]["models"] == ["new"]
    # The same person again, and by a token of the same account, is nobody else.
    assert promote(ml, "new", force=True).status_code == 202
    assert in_use(ml) == ["old"]
    accounts.user("second-engineer", Role.ML_ENGINEER)
    second = accounts.sign_in("second-engineer")
    # Without the word, the gate objects to a second person, too; other models are asked for anew.
    assert promote(second, "new").status_code == 409
    answer = promote(second, "new", force=True)
    assert answer.status_code == 200
    assert (answer.json()["forcing"], in_use(ml)) == (None, ["new"])
    names = [one.full_name for one in accounts.users.all() if one.role == Role.ML_ENGINEER]
    assert sorted(store.history()[-1].evidence["forced_by"]) == sorted(names)
    rows = [(one.action, one.actor_name) for one in services.store.audit.page()[0] if one.action.startswith("model.")]
    assert [action for action, _ in rows] == ["model.promote", "model.ask_forcing", "model.ask_forcing"]
    assert rows[0][1] != rows[1][1]


def test_what_was_asked_for_before_another_change_waits_no_more(
    ml: TestClient, accounts: Accounts, store: ModelStore
) -> None:
    assert promote(ml, "new", force=True).status_code == 202
    store.promote(["old"], reason="on the machine")
    accounts.user("second-engineer", Role.ML_ENGINEER)
    assert promote(accounts.sign_in("second-engineer"), "new", force=True).status_code == 202
    assert in_use(ml) == ["old"]


def test_who_is_bound_to_a_node_changes_nothing_for_the_city(
    accounts: Accounts, store: ModelStore, services: Services
) -> None:
    street = accounts.node("城南街道", accounts.node("城区"))
    accounts.user("street-engineer", Role.ML_ENGINEER, node=street)
    bound = accounts.sign_in("street-engineer")
    in_shadow(services, "new")
    headers = {"If-Match": bound.get(MODELS).headers["ETag"]}
    for answer in (
        promote(bound, "new"),
        promote(bound, "new", force=True),
        bound.post(f"{MODELS}/rollback", json={"reason": "x"}, headers=headers),
        bound.put(f"{MODELS}/shadow", json={"name": None}),
    ):
        assert answer.status_code == 403, answer.text
    assert in_use(bound) == ["old"]


def test_going_back_step_by_step(ml: TestClient, accounts: Accounts, store: ModelStore, services: Services) -> None:
    forced(ml, accounts, "new")
    for expected in (200, 409):
        headers = {"If-Match": ml.get(MODELS).headers["ETag"]}
        answer = ml.post(f"{MODELS}/rollback", json={"reason": "白天漏报"}, headers=headers)
        assert answer.status_code == expected
        assert in_use(ml) == ["old"]
    assert services.store.audit.page()[0][0].action == "model.rollback"
    assert ml.get(MODELS).json()["can_roll_back"] is False


def test_two_engineers_do_not_promote_past_each_other(ml: TestClient, store: ModelStore, services: Services) -> None:
    in_shadow(services, "new")
    etag = ml.get(MODELS).headers["ETag"]
    assert promote(ml, "new", etag=etag).status_code == 200
    assert promote(ml, "old", etag=etag, force=True).status_code == 412
    assert in_use(ml) == ["new"]


def test_the_shadow_is_begun_and_ended(ml: TestClient, store: ModelStore, services: Services) -> None:
    answer = ml.put(f"{MODELS}/shadow", json={"name": "new"})
    assert (answer.json()["shadow"]["name"], answer.json()["shadow"]["frames"]) == ("new", 0)
    assert store.candidate() == store.find("new").ref
    assert ml.put(f"{MODELS}/shadow", json={"name": None}).json()["shadow"] is None
    assert ml.put(f"{MODELS}/shadow", json={"name": "old"}).status_code == 422
    assert services.store.audit.page()[0][0].action == "model.shadow"


WRONG = [
    {"models": [], "reason": "x"},
    {"models": ["none"], "reason": "x"},
    {"models": ["../old"], "reason": "x"},
    {"models": ["new"], "reason": "  "},
    {"models": ["new"]},
    {"models": ["new"], "reason": "x", "why": "x"},
]


def test_wrong_requests(ml: TestClient, store: ModelStore) -> None:
    headers = {"If-Match": ml.get(MODELS).headers["ETag"]}
    for body in WRONG:
        assert ml.post(f"{MODELS}/promotions", json=body, headers=headers).status_code == 422, body
    assert ml.post(f"{MODELS}/promotions", json=WRONG[0]).status_code in (422, 428)
    assert in_use(ml) == ["old"]


def test_operations_look_and_do_not_touch(accounts: Accounts, store: ModelStore) -> None:
    operations = accounts.as_role(Role.OPERATIONS)
    assert in_use(operations) == ["old"]
    assert promote(operations, "new", force=True).status_code == 403
