"""The gate before a promotion on an installation's own cameras: what a candidate must have shown in shadow.

It knows no truth: on each camera it holds the candidate against the models in use. Figures on labelled pictures and
clips are the other gate, `jiejing model promote`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.card import ModelCard
from models.shadow_figures import ShadowFigures

# Frames in shadow below which nothing is said.
LEAST_FRAMES = 1000
# Things, and violations, of the models in use below which a share of them says nothing.
LEAST_THINGS = 50
LEAST_VIOLATIONS = 10
# The share of what the models in use see that the candidate must see too.
LEAST_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a candidate should not take the place of what is in use, in both languages."""

    zh: str
    en: str


def objections(
    candidate: Sequence[ModelCard], in_use: Sequence[ModelCard], shadow: ShadowFigures
) -> tuple[Objection, ...]:
    """Why these models should not take the place of those in use; nothing = they may.

    Args:
        in_use: none = there is nothing to be held against.
        shadow: of those of the candidate that are not in use by now.
    """
    if not in_use:
        return ()
    new = {card.sha256 for card in candidate} - {card.sha256 for card in in_use}
    return (*_labels_lost(candidate, in_use), *(_in_shadow(shadow) if new else ()))


def _labels_lost(candidate: Sequence[ModelCard], in_use: Sequence[ModelCard]) -> Iterator[Objection]:
    lost = sorted(_labels(in_use) - _labels(candidate))
    if lost:
        names = ", ".join(lost)
        yield Objection(f"候选模型不识别在用模型识别的类别：{names}", f"it cannot find what is found now: {names}")


def _labels(cards: Sequence[ModelCard]) -> set[str]:
    return {label for card in cards for label in card.labels.values()}


def _in_shadow(shadow: ShadowFigures) -> Iterator[Objection]:
    if shadow.frames < LEAST_FRAMES:
        yield Objection(
            f"影子运行不足：只看了 {shadow.frames} 帧，至少要 {LEAST_FRAMES} 帧",
            f"it has looked at {shadow.frames} frames in shadow; {LEAST_FRAMES} are the least",
        )
        return
    for group in sorted(shadow.both.keys() | shadow.in_use.keys()):
        seen, of = shadow.both[group], shadow.both[group] + shadow.in_use[group]
        if of >= LEAST_THINGS and seen / of < LEAST_SHARE:
            yield Objection(
                f"{group}：在用模型看到 {of} 个，候选模型只看到其中 {seen} 个",
                f"{group}: of {of} that are seen now it saw {seen}",
            )
    for kind, of in sorted(shadow.violations_in_use.items()):
        found = shadow.violations_candidate[kind]
        if of >= LEAST_VIOLATIONS and found / of < LEAST_SHARE:
            yield Objection(
                f"{kind}：在用模型报 {of} 起违规，候选模型报 {found} 起",
                f"{kind}: {of} violations are found now, it found {found}",
            )
