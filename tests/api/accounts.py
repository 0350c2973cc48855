"""Users to sign in as, quickly: the same argon2id with the least parameters."""

from dataclasses import dataclass
from datetime import date

from argon2 import PasswordHasher
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.http.services import Services
from core.rights import ADMINISTRATORS, Role
from store.accounts.nodes import NodeRepository
from store.accounts.passwords import Passwords
from store.accounts.records import Node, User
from store.accounts.users import NewUser, UserRepository
from store.audit.log import Actor

QUICK = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
PASSWORD = "correct-horse-battery"
BADGE_HOLDS_UNTIL = date(2027, 1, 1)
SETTING_UP = Actor(None, "tests", None, "local")


@dataclass
class Accounts:
    """Makes users over an installation, and clients that are signed in as them."""

    app: FastAPI
    services: Services

    @property
    def users(self) -> UserRepository:
        return self.services.store.users

    @property
    def nodes(self) -> NodeRepository:
        return self.services.store.nodes

    def node(self, name: str, parent: Node | None = None) -> Node:
        """A county, or a street below one."""
        parent_id = parent.node_id if parent else None
        return self.nodes.add(name, "street" if parent else "county", parent_id, SETTING_UP)

    def user(
        self, name: str, role: Role | None = None, *, node: Node | None = None, must_change_password: bool = False
    ) -> User:
        """An account whose password is PASSWORD; an officer has a badge that holds."""
        is_officer = role == Role.OFFICER
        new = NewUser(
            name,
            f"{name} 全名",
            self.services.passwords.hash(PASSWORD),
            role,
            node.node_id if node and role not in ADMINISTRATORS else None,
            "33088100123" if is_officer else None,
            BADGE_HOLDS_UNTIL if is_officer else None,
        )
        user = self.users.create(new, SETTING_UP)
        if not must_change_password:
            self.users.change_own_password(user.user_id, user.version, new.password_hash, SETTING_UP)
        found = self.users.get(user.user_id)
        assert found is not None
        return found

    def nobody(self, address: str = "192.0.2.7") -> TestClient:
        """A client that is not signed in, and comes from another machine."""
        return TestClient(self.app, base_url="http://localhost", raise_server_exceptions=False, client=(address, 50000))

    def local(self) -> TestClient:
        """A client that is not signed in, and comes from this machine."""
        return self.nobody("127.0.0.1")

    def sign_in(self, name: str, password: str = PASSWORD) -> TestClient:
        """A client that is signed in and sends the CSRF token by itself."""
        client = self.nobody()
        answer = client.post("/api/v1/session", json={"name": name, "password": password})
        assert answer.status_code == 200, answer.text
        client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
        return client

    def as_role(self, role: Role, node: Node | None = None) -> TestClient:
        """A client that is signed in as a new user of that role, whose name is the role."""
        self.user(role, role, node=node)
        return self.sign_in(role)
