"""What the review takes: suggestions, decisions, notes, misses."""

from collections.abc import Collection
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from api.http.fields import Asked, GivenMoment
from core.errors import InvalidValueError
from core.geometry import Box
from core.labels import LABELS
from core.policy.evidence_requests import DUE_WITHIN, REQUEST_REASONS, AddresseeKind
from core.policy.review import COLOURS, REASONS, VEHICLE_TYPES, Looks, Subject, Vehicle, Verdict, normal_plate

NOTE_MAX = 2000

NoteText = Annotated[str, Field(max_length=NOTE_MAX)]


def _known(known: Collection[str]) -> AfterValidator:
    def check(key: str) -> str:
        if key not in known:
            raise InvalidValueError("api.choice_unknown", choices=list(known))
        return key

    return AfterValidator(check)


LabelKey = Annotated[str, _known(LABELS)]


class SubjectAsked(Asked):
    """Whom or what an approval is about."""

    plate: str | None = Field(default=None, max_length=20, description="number plate, like 浙H12345")
    colour: Annotated[str, _known(COLOURS)] | None = None
    vehicle_type: Annotated[str, _known(VEHICLE_TYPES)] | None = None
    shop: str | None = Field(default=None, max_length=200)

    @model_validator(mode="after")
    def _plate_has_its_form(self) -> Self:
        if self.plate:
            normal_plate(self.plate)
        return self

    def subject(self) -> Subject:
        """The same as the domain has it."""
        plate = normal_plate(self.plate) if self.plate else None
        return Subject(Vehicle(plate, self.colour, self.vehicle_type), (self.shop or "").strip() or None)


class SeenAsked(Asked):
    """When each was on the screen; null = it was not."""

    first_picture: GivenMoment | None = None
    last_picture: GivenMoment | None = None
    subject: GivenMoment | None = None

    def looks(self) -> Looks:
        """The same as the domain has it."""
        return Looks(self.first_picture, self.last_picture, self.subject)


class SuggestionAsked(Asked):
    """What an assistant thinks of an opening. It decides nothing."""

    verdict: Verdict
    reason: Annotated[str, _known(REASONS)] | None = None
    note: NoteText = ""
    spent_s: float = Field(default=0, ge=0, le=86400)

    @model_validator(mode="after")
    def _rejected_for_a_reason(self) -> Self:
        if (self.verdict == "rejected") != (self.reason is not None):
            raise InvalidValueError("api.reason_only_of_rejection", field="reason")
        if self.reason == "other" and not self.note.strip():
            raise InvalidValueError("api.other_reason_not_said", field="note")
        return self


class DecisionAsked(SuggestionAsked):
    """What an officer decides. `label`: what it really is, where the model was wrong about that."""

    verdict: Literal["approved", "handed_over", "rejected"]
    code: str | None = Field(default=None, max_length=16)
    label: LabelKey | None = None
    subject: SubjectAsked = SubjectAsked()
    seen: SeenAsked = SeenAsked()
    manifest_sha256: str | None = Field(
        default=None, pattern=r"^[0-9a-f]{64}$", description="what was looked at: the signed manifest of the opening"
    )


class AddresseeAsked(Asked):
    """Of whom something is asked."""

    kind: AddresseeKind
    key: str = Field(min_length=1, max_length=80)


class EvidenceAsked(Asked):
    """A request for further evidence (补充证据)."""

    reason: Annotated[str, _known(REQUEST_REASONS)]
    note: NoteText = ""
    to: AddresseeAsked
    due_at: GivenMoment = Field(description=f"when the answer is wanted, within {DUE_WITHIN.days} days")

    @model_validator(mode="after")
    def _says_what_is_wanted(self) -> Self:
        if self.reason == "other" and not self.note.strip():
            raise InvalidValueError("api.wanted_evidence_not_said", field="note")
        return self


class AnswerAsked(Asked):
    """The answer to a request: words, pictures that were added to the event, or both."""

    text: NoteText = ""
    attachment_ids: Annotated[tuple[str, ...], Field(max_length=20)] = ()

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.text.strip() and not self.attachment_ids:
            raise InvalidValueError("api.answer_says_nothing", field="text")
        return self


class NoteAsked(Asked):
    """A remark."""

    text: Annotated[str, Field(min_length=1, max_length=NOTE_MAX, pattern=r"\S")]


class PackagePicture(Asked):
    """An original still of a package."""

    package_id: str = Field(max_length=80)
    path: str = Field(max_length=200, pattern=r"^originals/[^/]+$", description="like originals/violation.jpg")


class AttachedPicture(Asked):
    """A picture that was added to an event, a frame of a clip for example."""

    attachment_id: str = Field(max_length=40)


class MissAsked(Asked):
    """Something that no model found: what it is, and where in which picture."""

    camera_id: str = Field(max_length=40)
    picture: PackagePicture | AttachedPicture
    label: LabelKey
    box: Box = Field(description="x1, y1, x2, y2 in pixels of the picture")
    utc: GivenMoment = Field(description="when the picture was taken")
    note: NoteText = ""
