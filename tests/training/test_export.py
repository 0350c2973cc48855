"""From weights to ONNX: what the file says of itself, and how far it may be from the weights."""

import subprocess
import sys
from pathlib import Path

import cv2
import onnx
import pytest
from onnx import numpy_helper

from core.errors import ModelError
from detector.engine import Detector
from models.graph import facts_of
from models.onnx_file import read_graph
from models.store import ModelStore, sha256_of
from tests.extras import need
from tests.says import says
from tests.training.train_examples import COLOURS, Bench, trained, words
from training.datasets.pictures import decoded
from training.export.parity import BOX_TOLERANCE_PX, SCORE_TOLERANCE, Parity

need("ultralytics")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return trained(tmp_path_factory)


@pytest.fixture(scope="module")
def weights(run: Bench) -> Path:
    return ModelStore(run.home).find("blocks").weights


def test_the_file_says_what_it_is(weights: Path) -> None:
    graph = read_graph(weights)
    said = {entry.key: entry.value for entry in graph.metadata_props}
    facts = facts_of(graph, weights)
    assert facts.class_names == tuple(COLOURS)
    assert facts.licence == "AGPL-3.0-or-later"
    assert said["stride"] == "32"
    assert said["dataset"] == "色块 blocks"
    assert len(said["dataset_sha256"]) == 64
    assert said["author"].startswith("jiejing ")
    assert "date" not in said


def test_the_input_is_one_picture_of_the_size_that_was_asked_for(weights: Path) -> None:
    graph = read_graph(weights)
    facts = facts_of(graph, weights)
    assert facts.input_shape == (1, 3, 96, 160)
    assert facts.output_shapes == ((1, 4 + len(COLOURS), 20 * 12 + 10 * 6 + 5 * 3),)
    assert [(entry.domain, entry.version) for entry in graph.opset_import] == [("", 18)]


def test_the_file_holds_its_weights_in_half_precision_and_loses_nothing_by_it(weights: Path) -> None:
    graph = onnx.load(weights).graph
    kinds = {onnx.TensorProto.DataType.Name(one.data_type) for one in graph.initializer if len(one.dims) == 4}
    assert kinds == {"FLOAT16"}
    assert weights.stat().st_size < 7_000_000


def test_the_card_states_how_far_it_is_from_the_weights(run: Bench, weights: Path) -> None:
    card = ModelStore(run.home).find("blocks").card
    parity = card.figures["parity"]
    assert parity["pictures"] == 6
    assert parity["boxes"] > 100
    assert 0 <= parity["box_px"] <= BOX_TOLERANCE_PX
    assert 0 <= parity["score"] <= SCORE_TOLERANCE
    assert card.sha256 == sha256_of(weights)


@pytest.mark.parametrize(
    "apart",
    [
        Parity(8, 900, BOX_TOLERANCE_PX * 1.01, 0.0),
        Parity(8, 900, 0.0, SCORE_TOLERANCE * 1.01),
        Parity(8, 900, float("nan"), 0.0),
        Parity(8, 0, 0.0, 0.0),  # nothing was compared
    ],
)
def test_a_file_that_is_too_far_is_refused(apart: Parity) -> None:
    with pytest.raises(ModelError, check=says("training.onnx_differs_from_weights")):
        apart.refuse_apart(Path("model.onnx"))


COMPARE = """
import sys
from pathlib import Path
from training.learning.confined import confine
confine(Path(sys.argv[1]), Path(sys.argv[1]) / "log.txt")
from training.datasets.pictures import decoded
from training.export.onnx_file import Exported
from training.export.parity import compare
exported = Exported(Path(sys.argv[3]), "yolo", ("car", "garbage"))
parity = compare(Path(sys.argv[2]), exported, (160, 96), [decoded(Path(sys.argv[4]))])
print(parity.boxes, parity.box_px, parity.score)
"""


def test_one_spoilt_weight_shows(run: Bench, weights: Path, tmp_path: Path) -> None:
    graph = onnx.load(weights)
    # The distances 0 to 15 that a box's sides are weighed from: they are not learned, and every side of every box hangs
    # on them, so that a twentieth shows whatever the network has learned, and on whichever processor.
    (tensor,) = (one for one in graph.graph.initializer if ".dfl." in one.name)
    values = numpy_helper.to_array(tensor)
    assert values.ravel().tolist() == list(range(16))
    tensor.CopyFrom(numpy_helper.from_array((values * 1.05).astype(values.dtype), tensor.name))
    onnx.save(graph, tmp_path / "spoilt.onnx")
    trained_to = run.home / "training" / "blocks" / "weights" / "best.pt"
    picture = run.dataset / "images" / "000.png"
    sound = compared(tmp_path / "work", trained_to, weights, picture)
    sound.refuse_apart(weights)
    spoilt = compared(tmp_path / "work", trained_to, tmp_path / "spoilt.onnx", picture)
    with pytest.raises(ModelError, check=says("training.onnx_differs_from_weights")):
        spoilt.refuse_apart(weights)


def compared(work: Path, weights: Path, exported: Path, picture: Path) -> Parity:
    """How far an ONNX file is from its weights on one picture, found out in a process of its own."""
    files = map(str, (work, weights, exported, picture))
    root = Path(__file__).parents[2]
    ended = subprocess.run(
        [sys.executable, "-c", COMPARE, *files], cwd=root, text=True, capture_output=True, check=True
    )
    boxes, px, score = ended.stdout.split()
    return Parity(1, int(boxes), float(px), float(score))


def test_the_detector_runs_it(run: Bench) -> None:
    model = ModelStore(run.home).find("blocks")
    picture = decoded(run.dataset / "images" / "000.png")
    found = Detector(model.card, model.weights).detect(picture, min_score=0.0001)
    assert {one.label for one in found} <= set(COLOURS)


def test_an_end_to_end_network_comes_out_as_such(tmp_path: Path) -> None:
    bench = Bench(tmp_path).prepare()
    ended = bench.train(str(bench.dataset), *words("e2e", model="yolo26n", epochs="1"))
    assert ended.returncode == 0, ended.stderr
    model = ModelStore(bench.home).find("e2e")
    assert model.card.family == "yolo-e2e"
    assert facts_of(read_graph(model.weights), model.weights).output_shapes == ((1, 300, 6),)
    assert model.card.figures["parity"]["box_px"] <= BOX_TOLERANCE_PX
    Detector(model.card, model.weights).detect(cv2.imread(str(bench.dataset / "images" / "000.png")), min_score=0.01)
