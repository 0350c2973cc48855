"""The gate before a promotion on an installation's own cameras: what a candidate must have shown in shadow.

It knows no truth: on each camera it holds the candidate against the models in use. Figures on labelled pictures and
clips are the other gate, `jiejing model promote`.
"""

from collections.abc import Iterator, Sequence

from core.messages import Message
from models.card import ModelCard
from models.shadow_figures import ShadowFigures

# Frames in shadow below which nothing is said.
LEAST_FRAMES = 1000
# Things, and violations, of the models in use below which a share of them says nothing.
LEAST_THINGS = 50
LEAST_VIOLATIONS = 10
# The share of what the models in use see that the candidate must see too.
LEAST_SHARE = 0.8


def objections(
    candidate: Sequence[ModelCard], in_use: Sequence[ModelCard], shadow: ShadowFigures
) -> tuple[Message, ...]:
    """Why these models should not take the place of those in use; nothing = they may.

    Args:
        in_use: none = there is nothing to be held against.
        shadow: of those of the candidate that are not in use by now.
    """
    if not in_use:
        return ()
    new = {card.sha256 for card in candidate} - {card.sha256 for card in in_use}
    return (*_labels_lost(candidate, in_use), *(_in_shadow(shadow) if new else ()))


def _labels_lost(candidate: Sequence[ModelCard], in_use: Sequence[ModelCard]) -> Iterator[Message]:
    lost = sorted(_labels(in_use) - _labels(candidate))
    if lost:
        yield Message("models.candidate_loses_labels", labels=lost)


def _labels(cards: Sequence[ModelCard]) -> set[str]:
    return {label for card in cards for label in card.labels.values()}


def _in_shadow(shadow: ShadowFigures) -> Iterator[Message]:
    if shadow.frames < LEAST_FRAMES:
        yield Message("models.too_few_shadow_frames", frames=shadow.frames, least=LEAST_FRAMES)
        return
    for group in sorted(shadow.both.keys() | shadow.in_use.keys()):
        seen, of = shadow.both[group], shadow.both[group] + shadow.in_use[group]
        if of >= LEAST_THINGS and seen / of < LEAST_SHARE:
            yield Message("models.candidate_sees_too_little", group=group, of=of, seen=seen)
    for kind, of in sorted(shadow.violations_in_use.items()):
        found = shadow.violations_candidate[kind]
        if of >= LEAST_VIOLATIONS and found / of < LEAST_SHARE:
            yield Message("models.candidate_finds_too_few_violations", violation=kind, of=of, found=found)
