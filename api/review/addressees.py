"""Of whom further evidence can be asked: those who see the event, and may attend to it."""

from collections.abc import Iterator
from functools import cached_property

from api.review.desk import ReviewDesk
from core.policy.evidence_requests import Addressee, AddresseeKind, Reader
from core.rights import HOLDERS, Right, Role
from store.accounts.records import Node, User
from store.accounts.users import UserRepository

ROLE_NAMES: dict[Role, str] = {Role.OFFICER: "执法队员", Role.ASSISTANT: "协管员"}


class Addressees:
    """People, roles and nodes, as the one who asks may name them."""

    def __init__(self, desk: ReviewDesk) -> None:
        self._desk = desk

    def of_event(self, event_id: str) -> tuple[Addressee, ...]:
        """Everybody: roles first, then nodes, then people by name."""
        sees = {node_id: self._sees(event_id, node_id) for node_id in {None, *self._nodes}}
        return (*self._roles(), *self._named_nodes(sees), *self._people(sees))

    def find(self, event_id: str, kind: AddresseeKind, key: str) -> Addressee | None:
        """One of them."""
        return next((one for one in self.of_event(event_id) if (one.kind, one.key) == (kind, key)), None)

    def reader(self) -> Reader:
        """Who asks, as one of whom something may have been asked."""
        user = self._users.get(self._desk.who.user_id)
        node = self._nodes.get(user.node_id) if user and user.node_id is not None else None
        role = self._desk.who.role
        return Reader(self._desk.who.user_id, str(role) if role else None, node.name if node else None)

    @cached_property
    def _users(self) -> UserRepository:
        services = self._desk.services
        return services.store.users

    @cached_property
    def _nodes(self) -> dict[int, Node]:
        return {node.node_id: node for node in self._desk.store.nodes.all()}

    def _below(self, node_id: int) -> frozenset[str]:
        return frozenset(one.name for one in self._nodes.values() if node_id in (one.node_id, one.parent_id))

    def _sees(self, event_id: str, node_id: int | None) -> bool:
        return self._desk.store.scopes.sees_event(event_id, None if node_id is None else self._below(node_id))

    def _roles(self) -> Iterator[Addressee]:
        for role in Role:
            if role in HOLDERS[Right.EVENTS_ATTEND]:
                yield Addressee("role", str(role), ROLE_NAMES.get(role, str(role)))

    def _named_nodes(self, sees: dict[int | None, bool]) -> Iterator[Addressee]:
        return (Addressee("node", one.name, one.name) for one in self._nodes.values() if sees[one.node_id])

    def _people(self, sees: dict[int | None, bool]) -> Iterator[Addressee]:
        for user in self._users.all():
            if _may_attend(user) and sees.get(user.node_id):
                yield Addressee("user", str(user.user_id), user.full_name)


def _may_attend(user: User) -> bool:
    return user.state == "active" and user.role in HOLDERS[Right.EVENTS_ATTEND]
