"""`jiejing train --keep`: a network that goes on answering beside the one that was trained from it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from detector.families import Float32, rgb_unit
from models.store import ModelStore, sha256_of
from tests.extras import need
from tests.training.train_examples import COLOURS, Bench, trained, words
from training.datasets.pictures import decoded
from training.export.joining import aligned, join
from training.export.parity import BOX_TOLERANCE_PX, SCORE_TOLERANCE

need("ultralytics")

FINEST_CELLS = 20 * 12
SURER_BY = 8.0  # of a logit: odds 3000 times as high


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return trained(tmp_path_factory)


@pytest.fixture(scope="module")
def start(run: Bench) -> Path:
    return run.home / "training" / "blocks" / "weights" / "best.pt"


def keeping(bench: Bench, start: Path, name: str, keep: Path, freeze: int = 10, **more: str | None) -> Sequence[str]:
    options = {"weights": str(start), "epochs": "1", "freeze": str(freeze), "keep": str(keep), **more}
    return str(bench.dataset), *words(name, **options)


@pytest.fixture(scope="module")
def surer(start: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The weights to start from, surer of every class in every finest cell than an epoch of training can make them."""
    import torch  # noqa: PLC0415 - takes seconds

    path = tmp_path_factory.mktemp("surer") / "surer.pt"
    checkpoint = torch.load(start, weights_only=False)
    finest_scores = (checkpoint["ema"] or checkpoint["model"]).model[-1].cv3[0][-1]
    finest_scores.bias.data += SURER_BY
    torch.save(checkpoint, path)
    return path


@pytest.fixture(scope="module")
def joined(start: Path, surer: Path, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    bench = Bench(tmp_path_factory.mktemp("keep")).prepare()
    # A weights file may be named as the architecture, too.
    ended = bench.train(*keeping(bench, start, "joined", surer, weights=None, model=str(start)), "--int8")
    assert ended.returncode == 0, ended.stderr
    return bench


def answer(weights: Path, picture: Path) -> Float32:
    session = onnxruntime.InferenceSession(str(weights), providers=["CPUExecutionProvider"])
    image = decoded(picture)[:96, :160]
    (output,) = session.run(None, {session.get_inputs()[0].name: rgb_unit(np.ascontiguousarray(image))})
    return np.asarray(output, np.float32)


def test_what_was_found_in_the_finest_cells_is_found_as_surely_as_before(run: Bench, joined: Bench) -> None:
    picture = joined.dataset / "images" / "000.png"
    before = answer(ModelStore(run.home).find("blocks").weights, picture)
    now = answer(ModelStore(joined.home).find("joined").weights, picture)
    assert now.shape == before.shape
    kept = before[0, :, :FINEST_CELLS].astype(np.float64)
    kept[4:] = raised(kept[4:])
    np.testing.assert_allclose(now[0, 4:, :FINEST_CELLS], kept[4:], atol=SCORE_TOLERANCE)
    np.testing.assert_allclose(now[0, :4, :FINEST_CELLS], kept[:4], atol=BOX_TOLERANCE_PX)


def raised(scores: Float32) -> Float32:
    """The scores (0-1) of a network whose logits are higher by SURER_BY."""
    odds = scores / (1 - scores) * np.exp(SURER_BY)
    return np.asarray(odds / (1 + odds))


def test_the_frozen_layers_are_there_once(run: Bench, joined: Bench) -> None:
    alone, both = (ModelStore(one.home).find(name).weights for one, name in ((run, "blocks"), (joined, "joined")))
    assert both.stat().st_size < 1.4 * alone.stat().st_size


def test_the_run_and_the_card_say_what_is_kept(joined: Bench, surer: Path) -> None:
    card = ModelStore(joined.home).find("joined").card
    assert card.figures["training"]["kept"] == {"sha256": sha256_of(surer), "labels": list(COLOURS)}
    assert card.figures["parity"]["box_px"] <= BOX_TOLERANCE_PX
    assert card.figures["int8"]["sha256"] == sha256_of(joined.home / "training" / "joined" / "model-int8.onnx")
    assert (joined.home / "training" / "joined" / "weights" / "kept.pt").is_file()


def test_what_cannot_be_kept_is_refused_and_nothing_is_left(run: Bench, start: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.pt"
    spoil_first_layer(start, other)
    for name, freeze, keep, why in (
        ("a", 0, start, "--keep needs --freeze"),
        ("b", 10, other, "its first 10 layers are not those of the weights to start from"),
        ("c", 10, tmp_path / "none.pt", "no such file"),
    ):
        ended = run.train(*keeping(run, start, name, keep, freeze))
        assert ended.returncode == 2
        assert why in ended.stderr
        assert not (run.home / "training" / name).exists()


def spoil_first_layer(weights: Path, out: Path) -> None:
    import torch  # noqa: PLC0415 - takes seconds

    checkpoint = torch.load(weights, weights_only=False)
    network = checkpoint["ema"] or checkpoint["model"]
    next(network.parameters()).data += 1
    torch.save(checkpoint, out)


def tiny(path: Path, scale: float, classes: int) -> Path:
    """A network of three cells: a first layer, then an end of its own."""
    weights = {
        "first": np.full((1,), 2, np.float32),
        "end": np.full((1, 4 + classes, 3), scale, np.float32),
    }
    nodes = [
        helper.make_node("Mul", ["images", "first"], ["shared"], "/model.0/Mul"),
        helper.make_node("Add", ["shared", "end"], ["output"], "/model.1/Add"),
    ]
    shape = [1, 4 + classes, 3]
    graph = helper.make_graph(
        nodes,
        "network",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 1, 3])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, shape)],
        [numpy_helper.from_array(values, name) for name, values in weights.items()],
    )
    opset = [helper.make_opsetid("", 18)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=9), path)
    return path


def test_each_cell_is_answered_by_the_surer_network_and_what_is_common_is_run_once(tmp_path: Path) -> None:
    trained, kept = tiny(tmp_path / "trained.onnx", 5, 2), tiny(tmp_path / "kept.onnx", 7, 3)
    join(trained, kept, {1: 2})
    graph = onnx.load(trained).graph
    assert sum(node.op_type == "Mul" for node in graph.node) == 1
    session = onnxruntime.InferenceSession(str(trained), providers=["CPUExecutionProvider"])
    (output,) = session.run(None, {"images": np.array([[[-10, 0, 1]]], np.float32)})
    # -15 and -13 (0 for what it has no say in), 5 and 7, 7 and 9
    np.testing.assert_array_equal(output[0, :4], [[-13, 7, 9]] * 4)
    np.testing.assert_array_equal(output[0, 4:], [[0, 0, 0], [-13, 7, 9]])


def test_what_has_no_say_is_no_answer() -> None:
    kept = np.arange(12, dtype=np.float32).reshape(1, 6, 2)
    same = aligned(kept, (1, 7, 3), {2: 1})
    np.testing.assert_array_equal(same[0, :4, :2], kept[0, :4])
    np.testing.assert_array_equal(same[0, 4:], [[0, 0, 0], [0, 0, 0], [10, 11, 0]])
