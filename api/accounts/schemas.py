"""What the API takes and gives about users, nodes, sessions, tokens and the audit."""

import unicodedata
from datetime import date
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from api.http.fields import Asked, GivenDay, Moment, Number, Public
from core.errors import InvalidValueError
from core.principal import Principal
from core.rights import MACHINE_RIGHTS, Right, Role
from store.accounts.passwords import MAX_LENGTH
from store.accounts.records import AccessToken, AccountAct, User
from store.tables.accounts import ActKind, ActState, Level, UserState

# Control, format (zero width), surrogates, private use, unassigned, line and paragraph separators.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# In a name beside each other, none of their letters can be taken for one of the other.
_SCRIPTS = ("LATIN", "CJK", "BOPOMOFO", "FEMININE", "MASCULINE")


def _tidy(text: object) -> object:
    """The same name whichever way it was typed in."""
    return unicodedata.normalize("NFKC", text).strip() if isinstance(text, str) else text


def _plain(text: str) -> str:
    """Refuses what is not seen, and letters of scripts in which some look like those of others."""
    if any(unicodedata.category(sign) in _UNSEEN for sign in text):
        raise InvalidValueError("api.holds_unseen_character")
    foreign = sorted({sign for sign in text if sign.isalpha() and not unicodedata.name(sign, "").startswith(_SCRIPTS)})
    if foreign:
        raise InvalidValueError("api.holds_foreign_letters", letters="".join(foreign))
    return text


def _for_machines(rights: frozenset[Right]) -> frozenset[Right]:
    refused = sorted(rights - MACHINE_RIGHTS)
    if refused:
        raise InvalidValueError("api.rights_not_for_machines", rights=refused)
    return rights


AccountName = Annotated[
    str,
    BeforeValidator(_tidy),
    AfterValidator(_plain),
    AfterValidator(str.casefold),
    Field(min_length=1, max_length=40, pattern=r"^[\w.-]+$", description="letters, digits, _ . -; case is not told"),
]
Text = Annotated[str, BeforeValidator(_tidy), AfterValidator(_plain), Field(min_length=1, max_length=80)]
BadgeNo = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,40}$", description="执法证号")]
# Long enough for any name and password, short enough that hashing it costs nothing.
AnyName = Annotated[str, BeforeValidator(_tidy), AfterValidator(str.lower), Field(max_length=100)]
AnyPassword = Annotated[str, Field(max_length=MAX_LENGTH)]
AnyCode = Annotated[str, Field(max_length=40, description="six digits, or a recovery code")]


class Credentials(Asked):
    """To sign in with; `otp` where the account has a second factor."""

    name: AnyName
    password: AnyPassword
    otp: AnyCode | None = None


class CodeGiven(Asked):
    """A code of one's second factor, or a recovery code."""

    otp: AnyCode


class PasswordGiven(Asked):
    """One's own password, to make sure who asks."""

    current: AnyPassword


class PasswordChange(Asked):
    """One's own password."""

    current: AnyPassword
    new: AnyPassword


class NodeCreate(Asked):
    """A node to add: a county, or a street below one."""

    name: Text
    level: Level
    parent_id: Number | None = None


class UserCreate(Asked):
    """An account to make. It has no rights until a role is granted."""

    name: AccountName
    full_name: Text


class UserChange(Asked):
    """What to change of an account. The system administrator changes `full_name`, the security administrator the rest.

    A role comes with its node: `null` is the whole site, and has to be said.
    """

    full_name: Text | None = None
    role: Role | None = None
    node_id: Number | None = None
    state: Annotated[UserState | None, Field(description="active or disabled")] = None
    badge_no: BadgeNo | None = None
    badge_expires: GivenDay | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        given = self.model_fields_set
        for name in ("full_name", "role", "state"):
            if name in given and getattr(self, name) is None:
                raise InvalidValueError("api.cannot_be_null", name=name)
        if self.state == "pending":
            raise InvalidValueError("api.account_active_or_disabled", field="state")
        if ("role" in given) != ("node_id" in given):
            raise InvalidValueError("api.role_without_node")
        if not given:
            raise InvalidValueError("api.nothing_to_change")
        return self


class TokenCreate(Asked):
    """An access token to make, with a part of one's own rights."""

    name: Text
    rights: Annotated[frozenset[Right], AfterValidator(_for_machines), Field(min_length=1)]
    days: int = Field(default=90, ge=1, le=365, description="how long it is valid")


class NodePublic(Public):
    """A node of the organisation tree."""

    node_id: int
    name: str
    level: Level
    parent_id: int | None


class ActDecision(Asked):
    """Why."""

    note: Annotated[str, Field(max_length=400)] = ""


class AccountActPublic(Public):
    """An act on an administrator's account that waits, or waited, for another administrator. `asked_by` null: somebody
    at the machine."""

    act_id: str
    user_id: int
    user_name: str
    user_full_name: str
    kind: ActKind
    changes: dict[str, Any]
    asked_by: int | None
    asked_name: str
    asked_from: str
    asked_at: Moment
    state: ActState
    decided_name: str | None
    decided_at: Moment | None
    note: str

    @classmethod
    def of(cls, act: AccountAct, user: User) -> Self:
        """The act, with the names of whose account it is."""
        values = {name: getattr(act, name, None) for name in cls.model_fields}
        return cls(**(values | {"user_name": user.name, "user_full_name": user.full_name}))


class UserPublic(Public):
    """An account. `pending`: no role was granted yet, or has to be confirmed after a reset of the password."""

    user_id: int
    name: str
    full_name: str
    role: Role | None
    node_id: int | None
    state: UserState
    badge_no: str | None
    badge_expires: date | None
    must_change_password: bool
    created_at: Moment
    first_used_at: Moment | None = Field(description="when the password that was handed over was used first")
    first_used_from: str | None = Field(description="and from which address")


class UserAsked(UserPublic):
    """An account, and what of it waits for another administrator: until then the account is as it was."""

    waiting: AccountActPublic | None = None


class UserWithPassword(UserAsked):
    """An account and the password to hand over; it is told this once."""

    one_time_password: str


class MePublic(Public):
    """The one who is signed in. `orgs`: nodes that are seen, null = the whole site."""

    user_id: int
    name: str
    full_name: str
    role: Role | None
    orgs: tuple[str, ...] | None
    badge_no: str | None
    badge_expires: date | None


class SessionPublic(Public):
    """A session. `csrf_token` goes into the header X-CSRF-Token of whatever changes something; empty for a machine."""

    user: MePublic
    rights: tuple[Right, ...]
    may_approve: bool
    must_change_password: bool
    must_set_second_factor: bool
    is_fresh: bool = Field(description="whether what needs a fresh code of the second factor needs none now")
    csrf_token: str

    @classmethod
    def of(cls, who: Principal, csrf_token: str, *, may_approve: bool) -> Self:
        """The session of that principal."""
        orgs = None if who.orgs is None else tuple(sorted(who.orgs))
        user = MePublic(
            user_id=who.user_id,
            name=who.name,
            full_name=who.full_name,
            role=who.role,
            orgs=orgs,
            badge_no=who.badge_no,
            badge_expires=who.badge_expires,
        )
        return cls(
            user=user,
            rights=tuple(sorted(who.rights)),
            may_approve=may_approve,
            must_change_password=who.must_change_password,
            must_set_second_factor=who.must_set_second_factor,
            is_fresh=who.is_fresh,
            csrf_token=csrf_token,
        )


class OpenSessionPublic(Public):
    """One of one's own sessions that go on; `is_this`: the one that asks."""

    session_id: str
    address: str
    agent: str
    created_at: Moment
    last_seen_at: Moment
    is_this: bool


class SecondFactorPublic(Public):
    """That one has a second factor: since when, and how many recovery codes are left."""

    since: Moment
    codes_left: int


class OwnAccountPublic(Public):
    """What one may know of one's own account. `first_used_at`, `first_used_from`: when and from where the password that
    was handed over was used first; if that was not oneself, somebody else has used it."""

    sessions: tuple[OpenSessionPublic, ...]
    second_factor: SecondFactorPublic | None
    second_factor_required: bool
    first_used_at: Moment | None
    first_used_from: str | None


class SecondFactorSetup(Public):
    """A second factor that holds once a code of it was given: its secret in base 32, the address for an app, and that
    address as a QR code (SVG). Told this once."""

    secret: str
    address: str
    qr_svg: str


class RecoveryCodes(Public):
    """Codes in place of one of the second factor, each once. Told this once."""

    codes: tuple[str, ...]


class TokenPublic(Public):
    """An access token without its secret."""

    token_id: int
    user_id: int
    name: str
    rights: tuple[Right, ...]
    created_at: Moment
    expires_at: Moment
    revoked_at: Moment | None


class OwnedTokenPublic(TokenPublic):
    """An access token and whose it is."""

    owner_name: str
    owner_full_name: str

    @classmethod
    def of(cls, token: AccessToken, owner: User) -> Self:
        """The token of that owner."""
        told = TokenPublic.model_validate(token).model_dump()
        return cls(**told, owner_name=owner.name, owner_full_name=owner.full_name)


class TokenWithSecret(TokenPublic):
    """An access token and its secret, which is told this once."""

    secret: str
