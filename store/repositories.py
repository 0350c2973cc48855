"""Every repository of one data base: made alike for the HTTP interface, the processes that stay and the commands."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from sqlalchemy import Engine

from core.audit_head import Anchor
from core.clock import Clock, SystemClock
from store.accounts.acts import AccountActs
from store.accounts.attempts import AttemptRepository
from store.accounts.devices import DeviceRepository
from store.accounts.nodes import NodeRepository
from store.accounts.scope import ScopeRepository
from store.accounts.second_factors import SecondFactorRepository
from store.accounts.sessions import SessionPolicy, SessionRepository
from store.accounts.tokens import TokenRepository
from store.accounts.users import UserRepository
from store.audit.log import AuditLog
from store.base.vault import Vault
from store.events.events import EventRepository
from store.events.live_changes import LiveChanges
from store.events.packages import PackageRepository
from store.review.attachments import AttachmentRepository, NoteRepository
from store.review.backlog import QueueCounts
from store.review.checks import CheckShares
from store.review.claims import ClaimRepository
from store.review.decisions import DecisionRepository
from store.review.deliveries import DeliveryRepository
from store.review.evidence_requests import EvidenceRequests
from store.review.observing import ObservingRepository
from store.review.queue import EventQueue
from store.review.statistics import StatisticsRepository
from store.review.supervision import SupervisionRepository
from store.review.training_lines import MissRepository
from store.site.camera_changes import CameraChanges
from store.site.legal import LegalRepository
from store.site.places import PlaceDirectory
from store.site.relaxations import RelaxationRepository
from store.site.sites import SiteRepository
from store.site.stream_states import CameraStateRepository


@dataclass(frozen=True)
class Repositories:
    """The repositories of an installation. They hold nothing of their own, but `places`, which remembers names.

    Args:
        home: the installation's folder, where the key of the vault lies.
        anchor: keeps the end of the audit outside the data base.
    """

    engine: Engine
    home: Path
    clock: Clock = field(default_factory=SystemClock)
    anchor: Anchor | None = None
    session_policy: SessionPolicy = field(default_factory=SessionPolicy)
    check_shares: CheckShares = field(default_factory=CheckShares)

    @property
    def vault(self) -> Vault:
        """What seals the passwords of cameras and the secrets of second factors."""
        return Vault(self.home)

    @property
    def audit(self) -> AuditLog:
        """What people did."""
        return AuditLog(self.engine, self.clock, self.anchor)

    # Accounts

    @property
    def users(self) -> UserRepository:
        return UserRepository(self.engine, self.audit, self.clock)

    @property
    def account_acts(self) -> AccountActs:
        """Acts on administrators that wait for another one."""
        return AccountActs(self.engine, self.audit, self.clock)

    @property
    def nodes(self) -> NodeRepository:
        return NodeRepository(self.engine, self.audit)

    @property
    def scopes(self) -> ScopeRepository:
        """What a node of the organisation tree sees."""
        return ScopeRepository(self.engine)

    @property
    def sessions(self) -> SessionRepository:
        return SessionRepository(self.engine, self.clock, self.session_policy)

    @property
    def second_factors(self) -> SecondFactorRepository:
        return SecondFactorRepository(self.engine, self.vault, self.audit, self.clock)

    @property
    def tokens(self) -> TokenRepository:
        return TokenRepository(self.engine, self.audit, self.clock)

    @property
    def attempts(self) -> AttemptRepository:
        """Failures to sign in."""
        return AttemptRepository(self.engine, self.clock)

    @property
    def devices(self) -> DeviceRepository:
        """Browsers that a user signed in from before."""
        return DeviceRepository(self.engine, self.clock)

    # Cameras

    @property
    def sites(self) -> SiteRepository:
        """The site, with *** in place of the cameras' passwords."""
        return SiteRepository(self.engine)

    @property
    def opened_sites(self) -> SiteRepository:
        """The site with the cameras' passwords: for who connects to them."""
        return SiteRepository(self.engine, self.vault)

    @cached_property
    def places(self) -> PlaceDirectory:
        """Names of cameras and zones, one directory for all requests."""
        return PlaceDirectory(self.engine)

    @property
    def camera_changes(self) -> CameraChanges:
        return CameraChanges(self.engine, self.vault, self.audit, self.clock)

    @property
    def relaxations(self) -> RelaxationRepository:
        """Changes of cameras that wait for a second person."""
        return RelaxationRepository(self.engine, self.vault, self.audit, self.clock)

    @property
    def legal(self) -> LegalRepository:
        return LegalRepository(self.engine, self.vault, self.audit, self.clock)

    @property
    def camera_states(self) -> CameraStateRepository:
        """How the streams are doing."""
        return CameraStateRepository(self.engine, self.clock)

    # Events

    @property
    def events(self) -> EventRepository:
        return EventRepository(self.engine)

    @property
    def packages(self) -> PackageRepository:
        return PackageRepository(self.engine)

    @property
    def live_changes(self) -> LiveChanges:
        return LiveChanges(self.engine)

    # The review

    @property
    def queue(self) -> EventQueue:
        return EventQueue(self.engine)

    @property
    def backlog(self) -> QueueCounts:
        """How much waits, and how fast it comes."""
        return QueueCounts(self.engine)

    @property
    def claims(self) -> ClaimRepository:
        return ClaimRepository(self.engine, self.audit)

    @property
    def decisions(self) -> DecisionRepository:
        return DecisionRepository(self.engine, self.audit, self.check_shares)

    @property
    def evidence_requests(self) -> EvidenceRequests:
        return EvidenceRequests(self.engine, self.audit)

    @property
    def notes(self) -> NoteRepository:
        return NoteRepository(self.engine, self.audit)

    @property
    def attachments(self) -> AttachmentRepository:
        return AttachmentRepository(self.engine, self.audit)

    @property
    def misses(self) -> MissRepository:
        return MissRepository(self.engine, self.audit)

    @property
    def deliveries(self) -> DeliveryRepository:
        """What the server sent to whom."""
        return DeliveryRepository(self.engine)

    @property
    def statistics(self) -> StatisticsRepository:
        return StatisticsRepository(self.engine)

    @property
    def supervision(self) -> SupervisionRepository:
        return SupervisionRepository(self.engine)

    @property
    def observing(self) -> ObservingRepository:
        """What sends zones back to observing."""
        return ObservingRepository(self.engine, self.vault, self.audit, self.clock)
