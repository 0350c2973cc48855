"""What people bring as a model: taken in where it can be used, refused by its cause where it cannot."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto

from core.errors import JiejingError, ModelError
from core.messages import Message
from detector.engine import Detector
from models.card import Family
from models.store import ModelStore
from runtime.models.model_import import ImportRequest, import_model
from tests.models.networks import CELLS, SIZE_WH, boxes, write_batched, write_network
from tests.runtime.conftest import Jiejing
from tests.says import says

HALF = TensorProto.FLOAT16
YOLO = boxes(7, CELLS)
V5 = boxes(8, CELLS * 3).transpose(0, 2, 1)
E2E = np.tile(np.array([2, 3, 30, 20, 0.9, 1], np.float32), (1, 300, 1))
PADDED = np.concatenate([E2E[:, :3], np.full((1, 297, 6), -1, np.float32)], axis=1)
P2 = CELLS + 16 * 8
MASKS = np.zeros((1, 32, 8, 16), np.float32)


def asked(weights: Path, family: Family | None = None, labels: str = "coco") -> ImportRequest:
    return ImportRequest(weights, "m", family, labels, None, None, None)


# fmt: off
Write = Callable[[Path], Path]
TAKEN: list[tuple[str, Write, Family, int]] = [
    # what it is, how it is written, the family that is recognised, how many of its classes are ours
    ("as usual", lambda path: write_network(path, YOLO), "yolo", 3),
    ("half precision in and out", lambda path: write_network(path, YOLO, kind=HALF), "yolo", 3),
    ("half precision, end to end", lambda path: write_network(path, E2E, kind=HALF), "yolo-e2e", 3),
    ("a fixed batch of 4", lambda path: write_batched(path, 4), "yolo", 3),
    ("a batch of 0", lambda path: write_network(path, YOLO, shape=(0, 3, SIZE_WH[1], SIZE_WH[0])), "yolo", 3),
    ("every answer for 4 pictures", lambda path: write_network(
        path, np.repeat(YOLO, 4, axis=0), shape=(4, 3, SIZE_WH[1], SIZE_WH[0])), "yolo", 3),
    ("a batch with a name", lambda path: write_network(path, YOLO, shape=("batch", 3, SIZE_WH[1], SIZE_WH[0])),
     "yolo", 3),
    ("YOLOv5", lambda path: write_network(path, V5), "yolov5", 3),
    ("nms=True", lambda path: write_network(path, E2E), "yolo-e2e", 3),
    ("rows of -1 behind", lambda path: write_network(path, PADDED), "yolo-e2e", 3),
    ("a finer head", lambda path: write_network(path, boxes(7, P2)), "yolo", 3),
    ("names as JSON", lambda path: write_network(path, YOLO, metadata={"names": '{"1":"car","0":"x","2":"bus"}'}),
     "yolo", 2),
    ("COCO without names", lambda path: write_network(path, boxes(84, CELLS), metadata={}), "yolo", 8),
]
# fmt: on


@pytest.mark.parametrize(("write", "family", "ours"), [row[1:] for row in TAKEN], ids=[row[0] for row in TAKEN])
def test_it_is_taken_in_recognised_and_runs_from_the_store(
    tmp_path: Path, write: Write, family: Family, ours: int
) -> None:
    store = ModelStore(tmp_path / "home")
    import_model(asked(write(tmp_path / "given.onnx")), store)
    model = store.find("m")
    assert (model.card.family, len(model.card.labels)) == (family, ours)
    Detector(model.card, model.weights).detect(np.zeros((90, 160, 3), np.uint8), min_score=0.05)


def test_padding_is_passed_over_and_the_rest_is_found(tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "home")
    import_model(asked(write_network(tmp_path / "given.onnx", PADDED)), store)
    model = store.find("m")
    (found,) = Detector(model.card, model.weights).detect(np.zeros((32, 64, 3), np.uint8), min_score=0.05)
    assert (found.label, found.bbox_xyxy_px) == ("car", (2, 3, 30, 20))


def test_yolov5_weighs_a_class_by_its_objectness(tmp_path: Path) -> None:
    answer = V5.copy()
    answer[:] = 0
    answer[0, 5] = (20, 10, 16, 8, 0.5, 0.1, 0.9, 0.2)
    store = ModelStore(tmp_path / "home")
    import_model(asked(write_network(tmp_path / "given.onnx", answer)), store)
    model = store.find("m")
    (found,) = Detector(model.card, model.weights).detect(np.zeros((32, 64, 3), np.uint8), min_score=0.3)
    assert (found.label, found.score, found.bbox_xyxy_px) == ("car", 0.45, (12, 6, 28, 14))


def named(**metadata: str) -> Write:
    return lambda path: write_network(path, YOLO, metadata={"names": "['person','car','bus']", **metadata})


def text(content: bytes) -> Write:
    def write(path: Path) -> Path:
        path.write_bytes(content)
        return path

    return write


def answers(*given: np.ndarray, **more: object) -> Write:
    return lambda path: write_network(path, *given, **more)  # type: ignore[arg-type]


# fmt: off
REFUSED: list[tuple[str, Write, tuple[str, ...]]] = [
    # what it is, how it is written, what must be said
    ("oriented boxes", named(task="obb"), ("obb",)),
    ("poses", named(task="pose"), ("pose",)),
    ("masks", named(task="segment"), ("segment",)),
    ("masks, without saying so", answers(boxes(39, CELLS), MASKS), ("segment",)),
    ("end-to-end masks", answers(np.zeros((1, 300, 38), np.float32), MASKS), ("segment",)),
    ("classes alone", answers(np.zeros((1, 3), np.float32)), ("classify",)),
    ("RT-DETR", answers(np.full((1, 300, 7), 0.5, np.float32)), ("DETR",)),
    ("DETR of two classes", answers(np.full((1, 300, 6), 0.5, np.float32), metadata={"names": "['car','bus']"}),
     ("DETR",)),
    ("RF-DETR", answers(np.zeros((1, 300, 4), np.float32), np.zeros((1, 300, 91), np.float32)), ("DETR",)),
    ("boxes as shares", answers(boxes(7, CELLS, scale=1)), ("between 0 and 1", "pixels")),
    ("end-to-end boxes as shares", answers(E2E / np.array([64, 64, 64, 64, 1, 1], np.float32)), ("between 0 and 1",)),
    ("no names", answers(YOLO, metadata={}), ("names no classes", "--labels FILE")),
    ("too many names", answers(YOLO, metadata={"names": "['person','car','bus','truck']"}), ("3 classes", "4 are")),
    ("Chinese names", answers(YOLO, metadata={"names": "['轿车','公交','行人']"}), ("轿车", "--labels FILE")),
    ("uint8", answers(YOLO, kind=TensorProto.UINT8), ("uint8", "float32")),
    ("int8", answers(YOLO, kind=TensorProto.INT8), ("int8",)),
    ("colours last", answers(YOLO, shape=(1, 32, 64, 3)), ("colours last",)),
    ("grey", answers(YOLO, shape=(1, 1, 32, 64)), ("grey",)),
    ("an odd size", answers(YOLO, shape=(1, 3, 600, 600)), ("600 x 600", "multiples of 32")),
    ("no numbers", answers(np.full_like(YOLO, np.nan)), ("NaN",)),
    ("logits", answers(YOLO - 5), ("scores",)),
    ("across, end to end", answers(E2E.transpose(0, 2, 1)), ("across",)),
    ("across", answers(YOLO.transpose(0, 2, 1)), ("across",)),
    ("of no family", answers(np.zeros((1, 8, 4, 2), np.float32)), ("no family",)),
    ("a newer opset", answers(YOLO, opset=99), ("opset 99", "opset=18")),
    ("PyTorch's own", text(b"PK\x03\x04archive/data.pkl"), ("PyTorch", "export")),
    ("Git LFS", text(b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n"), ("git lfs pull",)),
    ("nothing", text(b""), ("is empty",)),
    ("a web page", text(b"\n<!DOCTYPE html><html>404</html>"), ("web page",)),
    ("garbage", text(b"\x07\xff garbage"), ("no intact ONNX model",)),
]
# fmt: on


@pytest.mark.parametrize(("write", "said"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_it_is_refused_by_its_cause(tmp_path: Path, write: Write, said: tuple[str, ...]) -> None:
    store = ModelStore(tmp_path / "home")
    given = write(tmp_path / "given.onnx")
    with pytest.raises(JiejingError) as caught:
        import_model(asked(given), store)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(str(given))
    for word in said:
        assert word in str(caught.value)
    assert "m" not in {model.card.name for model in store.all()}


def at_bottom(error: JiejingError) -> Message:
    """What is wrong, without where it is and what becomes of it."""
    message = error.message
    while isinstance(cause := message.params.get("cause"), Message):
        message = cause
    return message


@pytest.mark.parametrize(
    ("answer", "asked_for", "family"), [(E2E, "yolo", "yolo-e2e"), (V5, "yolo", "yolov5"), (YOLO, "yolox", "yolo")]
)
def test_another_family_than_was_said_is_named(
    tmp_path: Path, answer: np.ndarray, asked_for: Family, family: Family
) -> None:
    weights = write_network(tmp_path / "given.onnx", answer)
    with pytest.raises(ModelError) as caught:
        import_model(asked(weights, asked_for), ModelStore(tmp_path / "home"))
    why = at_bottom(caught.value)
    assert why.code == "runtime.model_of_other_family"
    assert (why.params["found"], why.params["wanted"]) == (family, asked_for)


def test_a_file_of_labels_is_read_as_people_write_it(tmp_path: Path) -> None:
    weights = write_network(tmp_path / "given.onnx", YOLO, metadata={})
    labels = tmp_path / "labels.yaml"
    labels.write_bytes("classes: [轿车, 公交, 行人]\nlabels: {轿车: car, 公交: bus}\n".encode("gb18030"))
    store = ModelStore(tmp_path / "home")
    import_model(asked(weights, labels=str(labels)), store)
    assert store.find("m").card.labels == {"轿车": "car", "公交": "bus"}


def beside(folder: Path) -> Path:
    """A model whose weights lie beside it, as torch writes them."""
    folder.mkdir()
    model = onnx.load(write_network(folder / "given.onnx", YOLO))
    onnx.save(model, folder / "given.onnx", save_as_external_data=True, location="given.onnx.data", size_threshold=0)
    return folder / "given.onnx"


def test_weights_beside_the_graph_come_along(tmp_path: Path) -> None:
    given = beside(tmp_path / "given")
    store = ModelStore(tmp_path / "home")
    import_model(asked(given), store)
    store.promote(["m"], reason="a test")
    shutil.rmtree(given.parent)
    assert [model.card.name for model in store.tried_in_use()] == ["m"]


def cut_off(data: Path) -> None:
    data.write_bytes(data.read_bytes()[:-40])


@pytest.mark.parametrize(
    ("spoil", "code"), [(Path.unlink, "models.weights_file_missing"), (cut_off, "models.weights_break_off")]
)
def test_weights_that_are_not_there_are_named(tmp_path: Path, spoil: Callable[[Path], None], code: str) -> None:
    given = beside(tmp_path / "given")
    spoil(given.with_name("given.onnx.data"))
    with pytest.raises(ModelError, check=says(code, file="given.onnx.data")):
        import_model(asked(given), ModelStore(tmp_path / "home"))


def test_weights_elsewhere_on_the_disk_are_not_read(tmp_path: Path) -> None:
    given = beside(tmp_path / "given")
    model = onnx.load(given, load_external_data=False)
    for tensor in model.graph.initializer:
        for entry in tensor.external_data:
            if entry.key == "location":
                entry.value = "../../etc/passwd"
    onnx.save(model, given)
    with pytest.raises(ModelError, check=says("models.weights_outside_folder")):
        import_model(asked(given), ModelStore(tmp_path / "home"))


def test_a_model_that_does_not_run_takes_no_others_place_and_doctor_says_so(jiejing: Jiejing, tmp_path: Path) -> None:
    sound = write_network(tmp_path / "sound.onnx", YOLO)
    assert jiejing("model", "import", sound, "--name", "m", "--use").code == 0
    store = ModelStore(tmp_path / "home")
    in_use = store.in_use()
    broken = write_network(tmp_path / "broken.onnx", YOLO, opset=99)
    refused = jiejing("model", "import", broken, "--name", "m", "--use")
    assert (refused.code, refused.err.count("\n")) == (2, 1)
    assert store.in_use() == in_use
    assert "models: ok: m" in jiejing("doctor").out
    weights = store.find("m").weights
    weights.write_bytes(weights.read_bytes()[:-10])
    assert "models: FAULT" in jiejing("doctor").out
