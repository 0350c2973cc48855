"""The INT8 form: which part stays in float, what it costs, and when it is offered."""

from pathlib import Path

import onnx
import pytest

from core.messages import Message
from detector.engine import Detector
from models.store import ModelStore, sha256_of
from tests.extras import need
from tests.training.train_examples import Bench, trained
from training.datasets.pictures import decoded
from training.evaluation.result import LabelFigures, PictureFigures, Share
from training.export.card import Int8
from training.export.measure import Form
from training.export.quantise import decoding_nodes, spread

NO_SHARE = Share.from_counts(0, 0)


def form(map50: float, ms: float) -> Form:
    label = LabelFigures(
        label="car",
        boxes=9,
        pictures=9,
        can_find=True,
        ap50=map50,
        ap50_95=map50,
        ap50_replicates=(),
        precision=NO_SHARE,
        recall=NO_SHARE,
    )
    return Form(
        PictureFigures(
            fingerprint="", name="", part="val", pictures=9, skipped=0, score=0.25, labels=(label,), slips=()
        ),
        ms,
    )


@pytest.mark.parametrize(
    ("whole", "int8", "why_not"),
    [
        (form(0.70, 20), form(0.68, 10), None),  # two points are allowed
        (form(0.70, 20), form(0.679, 10), Message("training.int8_loses_too_much", lost="2.1", limit="2")),
        (form(0.70, 20), form(0.70, 20), Message("training.int8_not_faster", ms="20", whole_ms="20")),
        (form(0.70, 20), form(0.75, 19), None),
        (form(0.0, 20), form(0.0, 10), Message("training.model_finds_nothing", part="val")),
    ],
)
def test_it_is_offered_where_it_is_faster_and_hardly_worse(whole: Form, int8: Form, why_not: Message | None) -> None:
    assert Int8(Path("int8.onnx"), int8, 64).why_not(whole) == why_not


def test_calibration_pictures_are_spread_evenly_and_always_the_same() -> None:
    pictures = [Path(f"{number}.png") for number in range(100)]
    assert [path.stem for path in spread(pictures, 4)] == ["0", "33", "66", "99"]
    assert spread(pictures[:3], 64) == pictures[:3]


def node(name: str, source: str, kind: str = "Conv") -> onnx.NodeProto:
    return onnx.helper.make_node(kind, [source], [f"{name}:0"], name=name)


def test_only_what_makes_boxes_of_the_last_convolutions_stays_in_float() -> None:
    nodes = [
        node("/model.0/conv/Conv", "images"),
        node("/model.9/cv2/Conv", "/model.0/conv/Conv:0"),
        node("/model.22/cv2.0/cv2.0.2/Conv", "/model.9/cv2/Conv:0"),
        node("/model.22/Concat", "/model.22/cv2.0/cv2.0.2/Conv:0", "Concat"),
        node("/model.22/dfl/conv/Conv", "/model.22/Concat:0"),
        node("folded", "/model.22/dfl/conv/Conv:0", "Mul"),
        node("folded earlier", "/model.0/conv/Conv:0", "Mul"),
    ]
    graph = onnx.helper.make_model(onnx.helper.make_graph(nodes, "network", [], []))
    assert decoding_nodes(graph) == ["/model.22/Concat", "/model.22/dfl/conv/Conv", "folded"]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    need("ultralytics")
    return trained(tmp_path_factory)


def test_the_card_states_what_int8_costs_and_whether_it_is_offered(run: Bench) -> None:
    store = ModelStore(run.home)
    figures = store.find("blocks").card.figures["int8"]
    file = run.home / "training" / "blocks" / "model-int8.onnx"
    assert figures["sha256"] == sha256_of(file)
    assert figures["calibration_pictures"] == 18
    assert figures["lost_points"] == pytest.approx((_map50(store) - figures["map50"]) * 100, abs=0.02)
    assert figures["ms_a_picture"] > 0
    assert figures["offered"] == (figures["why_not"] is None)
    assert ("blocks-int8" in {model.card.name for model in store.all()}) == figures["offered"]


def test_the_file_keeps_what_it_says_of_itself_and_holds_int8(run: Bench) -> None:
    file = run.home / "training" / "blocks" / "model-int8.onnx"
    graph = onnx.load(file)
    said = {entry.key: entry.value for entry in graph.metadata_props}
    assert {"names", "stride", "license", "dataset", "quantisation"} <= said.keys()
    assert file.stat().st_size < 0.6 * ModelStore(run.home).find("blocks").weights.stat().st_size
    kinds = [one.op_type for one in graph.graph.node]
    assert kinds.count("DequantizeLinear") > kinds.count("Conv")
    made_by = {output: one.op_type for one in graph.graph.node for output in one.output}
    assert made_by[graph.graph.output[0].name] == "Concat"


def test_the_detector_runs_it(run: Bench) -> None:
    model = ModelStore(run.home).find("blocks")
    file = run.home / "training" / "blocks" / "model-int8.onnx"
    Detector(model.card, file).detect(decoded(run.dataset / "images" / "000.png"), min_score=0.01)


def _map50(store: ModelStore) -> float:
    return float(store.find("blocks").card.figures["val"]["map50"])
