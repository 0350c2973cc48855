"""The page: one model, or a candidate and what it is compared with, side by side."""

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from training.evaluation.report.cutting import Cutter
from training.evaluation.report.gallery import gallery
from training.evaluation.report.tables import events_section, labels_section
from training.evaluation.report.tiles import tiles
from training.evaluation.report.words import SIDES, both
from training.evaluation.result import Evaluation
from training.promotion import Verdict

_STYLE = Path(__file__).with_name("page.css")


def page(evaluations: Sequence[Evaluation], cutter: Cutter, verdict: Verdict | None = None) -> Iterator[str]:
    """The page, piece by piece.

    Args:
        evaluations: of one model, or of a candidate and what it is compared with.
        verdict: of the gate, for two.
    """
    names = " / ".join(escape(one.name) for one in evaluations)
    yield '<!doctype html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>模型评测 {names}</title><style>{_STYLE.read_text(encoding='utf-8')}</style></head>\n<body><main>\n"
    yield from _head(evaluations)
    if verdict:
        yield from _verdict(verdict)
    yield from tiles(evaluations)
    yield from events_section(evaluations)
    yield from labels_section(evaluations)
    yield from gallery(evaluations, cutter)
    yield from _notes(evaluations)
    yield "</main></body></html>\n"


def _head(evaluations: Sequence[Evaluation]) -> Iterator[str]:
    first = evaluations[0]
    title = (
        both("模型对比评测", "Two models compared") if len(evaluations) > 1 else both("模型评测", "Model evaluation")
    )
    yield f'<header><div><div class="brand">街镜 Jiejing</div><h1>{title}</h1></div><div class="facts">'
    yield f"{first.made_at:%Y-%m-%d %H:%M %Z}<br>{escape(first.software)}</div></header>\n"
    yield '<section class="models">'
    for side, one in zip(SIDES, evaluations, strict=False):
        shas = "".join(f"<code>SHA-256 {escape(model.sha256)}</code>" for model in one.models)
        yield f'<div class="card model {side}"><b>{escape(one.name)}</b>{shas}</div>'
    yield "</section>\n"


def _verdict(verdict: Verdict) -> Iterator[str]:
    word = both("可以晋级", "The gate lets it pass") if verdict.passed else both("不得晋级", "The gate refuses it")
    yield f'<section class="verdict {"passed" if verdict.passed else "refused"}"><b>{word}</b><ul>'
    yield "".join(f"<li>{both(one.said('zh'), one)}</li>" for one in verdict.reasons)
    yield "".join(f'<li class="remark">{both(one.said("zh"), one)}</li>' for one in verdict.remarks)
    yield "</ul></section>\n"


def _notes(evaluations: Sequence[Evaluation]) -> Iterator[str]:
    first = evaluations[0]
    yield f"<h2>{both('说明', 'How it was measured')}</h2>\n<div class='card notes'>"
    for zh, en in _METHOD:
        yield f"<p>{escape(zh)}<br>{escape(en)}</p>"
    yield f"<p>{both('机器', 'machine')} {escape(first.speed.machine)}</p>"
    for name, part in (("pictures", first.pictures), ("clips", first.events)):
        if part:
            yield f"<p>{name}: {escape(part.name)} <code>{part.fingerprint[:16]}</code></p>"
    yield "</div>\n"


_METHOD = (
    (
        "mAP 按 COCO 的定义计算（101 点插值，每图至多 100 框），所评为产品实际给出的框；忽略区域不计。",
        "mAP as COCO defines it (101 points, 100 boxes a picture), of the boxes as the product gives them.",
    ),
    (
        "未标全的类别：命中计入，其余检出不计。",
        "Of labels that are not complete in a picture, hits count and other finds do not. Ignore regions do not count.",
    ),
    (
        "精确率与召回率取分数 0.25、IoU 0.5。mAP50 的区间由 500 次按图片重抽样得出，比例用 Wilson 区间。",
        "Precision and recall at score 0.25 and IoU 0.5. Intervals: 500 resamples of the pictures; of shares, Wilson.",
    ),
    (
        "事件由整条流水线得出：每个停留物应报一次；可报可不报的不计；重复上报与误报降低精确率。",
        "Events come from the whole pipeline: each thing is to be reported once; what may be reported does not count.",
    ),
    (
        "人脸和车牌未遮挡，仅限有权查看者使用。",
        "Faces and plates are not masked here: this page is for those who may see the pictures.",
    ),
)
