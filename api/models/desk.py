"""The models of an installation as one request sees them."""

from collections.abc import Sequence
from functools import cached_property
from typing import Annotated, Any

from fastapi import Depends

from api.http.fields import ModelPublic
from api.http.services import Services, ServicesOf
from api.models.schemas import (
    CardPublic,
    ForcingPublic,
    ModelsPublic,
    PromotionPublic,
    ShadowPublic,
    plain_totals,
)
from core.errors import InputError, ModelError
from core.messages import Message
from core.model_ref import ModelRef
from models.card import ModelCard
from models.gate import LEAST_FRAMES, objections
from models.history import Promotion
from models.shadow_figures import SHADOW_FOLDER, ShadowFigures, results, totals


class ModelDesk:
    """Reads the store once for a request."""

    def __init__(self, services: Services) -> None:
        self._store = services.models
        self._shadow_folder = services.home / SHADOW_FOLDER

    @cached_property
    def _history(self) -> tuple[Promotion, ...]:
        return self._store.history()

    @property
    def revision(self) -> int:
        """How often what is in use has changed."""
        return len(self._history)

    @property
    def in_use(self) -> tuple[ModelRef, ...]:
        """The models in use."""
        return self._history[-1].models if self._history else ()

    def card(self, name: str) -> ModelCard:
        """The card of a model whose file was checked.

        Raises:
            InputError: there is none, or it is damaged.
        """
        try:
            return self._store.find(name).card
        except ModelError as error:
            raise InputError("core.cause", field="models", cause=error) from error

    def cards_in_use(self) -> list[ModelCard]:
        """The cards of what is in use, as far as it is still there."""
        found = []
        for ref in self.in_use:
            try:
                found.append(self._store.version(ref).card)
            except ModelError:
                continue
        return found

    def totals_of(self, cards: Sequence[ModelCard]) -> ShadowFigures:
        """What was seen in shadow by those of these models that are not in use: by the one that saw least."""
        used = {one.sha256 for one in self.in_use}
        new = [ModelRef(card.name, card.sha256) for card in cards if card.sha256 not in used]
        each = [totals(results(self._shadow_folder, ref)) for ref in new]
        return min(each, key=lambda one: one.frames, default=ShadowFigures())

    def evidence(
        self, cards: Sequence[ModelCard], against: tuple[Message, ...], forced_by: Sequence[str]
    ) -> dict[str, Any]:
        """What the history keeps of a decision, in the form of the other gate's; and the two who forced it."""
        gate = {"passed": not against, "reasons": [one.plain() for one in against], "remarks": []}
        told = {"gate": gate, "shadow": plain_totals(self.totals_of(cards))}
        return {**told, "forced_by": list(forced_by)} if forced_by else told

    def public(self) -> ModelsPublic:
        """All of it.

        Raises:
            ModelError: the history or a file of the shadow is damaged.
        """
        used, candidate = {one.sha256 for one in self.in_use}, self._store.candidate()
        shadow_sha256 = candidate.sha256 if candidate else None
        cards = [model.card for model in self._store.all()]
        return ModelsPublic(
            revision=self.revision,
            models=tuple(
                CardPublic.of(card, in_use=card.sha256 in used, in_shadow=card.sha256 == shadow_sha256)
                for card in cards
            ),
            in_use=tuple(ModelPublic.model_validate(one) for one in self.in_use),
            shadow=self._shadow(candidate) if candidate else None,
            history=tuple(PromotionPublic.of(one) for one in reversed(self._history)),
            can_roll_back=self._can_roll_back(),
            forcing=ForcingPublic.of(forcing) if (forcing := self._store.forcing()) else None,
        )

    def _shadow(self, candidate: ModelRef) -> ShadowPublic:
        by_camera = results(self._shadow_folder, candidate)
        total = totals(by_camera)
        try:
            card = [self._store.version(candidate).card]
        except ModelError:
            card = []
        return ShadowPublic(
            name=candidate.name,
            sha256=candidate.sha256,
            least_frames=LEAST_FRAMES,
            cameras=len(by_camera),
            ended=total.ended,
            objections=objections(card, self.cards_in_use(), total),
            **plain_totals(total),
        )

    def _can_roll_back(self) -> bool:
        try:
            self._store.before_last()
        except ModelError:
            return False
        return True


def _desk(services: ServicesOf) -> ModelDesk:
    return ModelDesk(services)


Models = Annotated[ModelDesk, Depends(_desk)]
