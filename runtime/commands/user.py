"""jiejing user: accounts from the command line, for the first administrators and for emergencies."""

from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Annotated, Any

import typer
from pydantic import TypeAdapter, ValidationError

from api.accounts.schemas import AccountName, BadgeNo, Text
from core.errors import InputError
from core.invalid_values import message_of_invalid
from core.messages import Message
from core.rights import ADMINISTRATORS, Role
from runtime.commands.options import JsonOption
from runtime.home.installation import Installation
from runtime.home.local_actor import local_actor
from runtime.process.console import note, say, say_json, say_table
from store.accounts.acts import Wanted
from store.accounts.passwords import Passwords, one_time_password
from store.accounts.records import AccountAct, User
from store.accounts.users import NewUser
from store.audit.log import Deed

app = typer.Typer(
    help="Accounts: the first administrators, one-time passwords. The rest is done in the app.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)

AloneOption = Annotated[
    str,
    typer.Option(
        "--alone", metavar="WHY", help="Of an administrator: at once, without another one. It goes into the audit."
    ),
]
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Name that the user signs in with.")]


@app.command()
def add(
    name: Annotated[str, typer.Option(help="Name to sign in with: letters, digits, _ . -")],
    role: Annotated[Role, typer.Option(help="What the user is there for.")],
    full_name: Annotated[str, typer.Option(help="Name that people read; the other one otherwise.")] = "",
    node: Annotated[str | None, typer.Option(help="Node of the organisation tree; the whole site otherwise.")] = None,
    badge_no: Annotated[str | None, typer.Option(help="Number of an officer's badge (执法证号).")] = None,
    badge_expires: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day on which the badge holds.")
    ] = None,
    alone: AloneOption = "",
) -> None:
    """Adds an account that may be used at once. Prints its one-time password. An administrator's waits until another
    administrator confirms it in the app, if one is in service.
    """
    installation = Installation.open()
    if node and role in ADMINISTRATORS:
        raise InputError("runtime.administrator_with_node", field="--node")
    password = one_time_password()
    new = NewUser(
        name=_checked(AccountName, name, "--name"),
        full_name=_checked(Text, full_name or name, "--full-name"),
        password_hash=Passwords().hash(password),
        role=role,
        node_id=_node_id(installation, node) if node else None,
        badge_no=_checked(BadgeNo, badge_no, "--badge-no") if badge_no else None,
        badge_expires=badge_expires.date() if badge_expires else None,
    )
    if role in ADMINISTRATORS:
        user = installation.store.users.create(replace(new, role=None), local_actor())
        granted: dict[str, Any] = {"role": role, "node_id": None, "state": "active"}
        act = installation.store.account_acts.ask_or_take(user, Wanted("change", granted), local_actor(), alone)
        _hand_over(user, password)
        _say_how(act)
        return
    _hand_over(installation.store.users.create(new, local_actor()), password)


@app.command("list")
def list_users(as_json: JsonOption = False) -> None:
    """Lists the accounts."""
    users = Installation.open().store.users.all()
    if as_json:
        say_json([_plain(user) for user in users])
        return
    rows = ((user.name, user.full_name, user.role or "-", user.state) for user in users)
    say_table(("name", "full name", "role", "state"), rows)


@app.command()
def reset(
    name: NameArgument,
    second_factor: Annotated[
        bool, typer.Option("--second-factor", help="Take its second factor instead; the password stays.")
    ] = False,
    alone: AloneOption = "",
) -> None:
    """Gives an account a one-time password. Ends its sessions, revokes its tokens, and forgets failed attempts. Of an
    administrator this waits until another administrator confirms it in the app, if one is in service.
    """
    installation = Installation.open()
    user, password = _known(installation, name), one_time_password()
    if user.role in ADMINISTRATORS:
        hashed = None if second_factor else Passwords().hash(password)
        wanted = Wanted("second_factor" if second_factor else "reset", {}, hashed)
        act = installation.store.account_acts.ask_or_take(user, wanted, local_actor(), alone)
        if not second_factor:
            _hand_over(user, password)
        elif act.state == "confirmed":
            _say_without_factor(user)
        _say_how(act)
        return
    if second_factor:
        installation.store.users.reset_second_factor(user.user_id, local_actor())
        _say_without_factor(user)
        return
    installation.store.users.reset_password(user.user_id, Passwords().hash(password), local_actor(), confirmed=True)
    installation.store.attempts.unlock(user.name)
    _hand_over(user, password)


@app.command()
def unlock(name: NameArgument, alone: AloneOption = "") -> None:
    """Forgets the failed attempts of an account, so that it may sign in at once. Of an administrator this waits until
    another administrator confirms it in the app, if one is in service.
    """
    installation = Installation.open()
    user = _known(installation, name)
    if user.role in ADMINISTRATORS:
        act = installation.store.account_acts.ask_or_take(user, Wanted("unlock", {}), local_actor(), alone)
        if act.state == "confirmed":
            say(f"{user.name}: unlocked")
        _say_how(act)
        return
    was_locked = installation.store.attempts.unlock(user.name)
    installation.store.audit.note(local_actor(), Deed("user.unlock", "user", str(user.user_id)))
    say(f"{user.name}: {'unlocked' if was_locked else 'had no failed attempts'}")


def _checked(kind: Any, value: str, option: str) -> str:
    try:
        checked: str = TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        why = message_of_invalid(error.errors()[0])
        raise InputError("runtime.option_value_refused", option=option, value=value, cause=why) from None
    return checked


def _node_id(installation: Installation, name: str) -> int:
    nodes = installation.store.nodes.all()
    for node in nodes:
        if node.name == name:
            return node.node_id
    known = [node.name for node in nodes] or Message("runtime.none")
    raise InputError("runtime.no_such_node", name=name, known=known)


def _known(installation: Installation, name: str) -> User:
    user = installation.store.users.named(name.lower())
    if user is None:
        raise InputError("runtime.no_such_account", name=name)
    return user


def _hand_over(user: User, password: str) -> None:
    say(f"{user.name}: {password}")
    note("this password is shown once, and has to be changed at the first sign-in")


def _say_without_factor(user: User) -> None:
    say(f"{user.name}: has no second factor any more; its sessions and tokens have ended")


def _say_how(act: AccountAct) -> None:
    """Whether an act on an administrator waits, or was done by one alone."""
    if act.state == "waiting":
        note("nothing of it holds before another administrator confirms it in the app, on the page of accounts")
    else:
        note(f"done without another administrator, as the audit says, too: {act.note}")


def _plain(user: User) -> dict[str, object]:
    moments = {name: value.isoformat() for name, value in asdict(user).items() if isinstance(value, date)}
    return asdict(user) | moments
