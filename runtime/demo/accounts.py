"""Accounts for the demo: one for each role, and a second officer, since some things need two."""

from dataclasses import dataclass
from datetime import timedelta

from core.clock import SystemClock
from core.rights import Role
from runtime.home.installation import Installation
from store.accounts.passwords import Passwords, one_time_password
from store.accounts.users import NewUser
from store.audit.log import Actor

# Login name -> role and the name that people read.
_PEOPLE = {
    "officer": (Role.OFFICER, "执法队员一"),
    "officer2": (Role.OFFICER, "执法队员二"),
    "assistant": (Role.ASSISTANT, "协管员"),
    "legal": (Role.LEGAL_REVIEWER, "法制审核员"),
    "operations": (Role.OPERATIONS, "运维人员"),
    "ml": (Role.ML_ENGINEER, "算法工程师"),
    "manager": (Role.MANAGER, "管理人员"),
    "supervision": (Role.SUPERVISION, "督察员"),
    "system": (Role.SYSTEM_ADMIN, "系统管理员"),
    "security": (Role.SECURITY_ADMIN, "安全管理员"),
    "audit": (Role.AUDIT_ADMIN, "审计管理员"),
}


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """What to sign in with."""

    name: str
    password: str
    role: Role
    full_name: str


def add_demo_accounts(installation: Installation) -> list[DemoAccount]:
    """Adds the accounts to a fresh installation, with random passwords that need not be changed.

    Raises:
        ConflictError: one of them is there already.
    """
    passwords, actor = Passwords(), Actor(None, "demo", None, "local")
    badge_until = (SystemClock().utc() + timedelta(days=365)).date()
    accounts = []
    for number, (name, (role, full_name)) in enumerate(_PEOPLE.items(), 1):
        password, is_officer = one_time_password(), role == Role.OFFICER
        new = NewUser(
            name,
            full_name,
            passwords.hash(password),
            role,
            badge_no=f"DEMO-{number:04}" if is_officer else None,
            badge_expires=badge_until if is_officer else None,
            must_change_password=False,
        )
        installation.store.users.create(new, actor)
        accounts.append(DemoAccount(name, password, role, full_name))
    return accounts
