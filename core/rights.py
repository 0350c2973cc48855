"""Who may do what: roles, rights, and the one table that joins them. Everything that is not in it is refused."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """What a user is there for; one role a user."""

    OFFICER = "officer"  # 执法队员
    ASSISTANT = "assistant"  # 协管员
    LEGAL_REVIEWER = "legal_reviewer"  # 法制审核
    OPERATIONS = "operations"  # 运维人员
    ML_ENGINEER = "ml_engineer"  # 算法工程师
    MANAGER = "manager"  # 管理人员
    SUPERVISION = "supervision"  # 督察
    SYSTEM_ADMIN = "system_admin"  # 系统管理员
    SECURITY_ADMIN = "security_admin"  # 安全管理员
    AUDIT_ADMIN = "audit_admin"  # 审计管理员


class Right(StrEnum):
    """One thing that may be allowed."""

    EVENTS_VIEW = "events.view"
    EVIDENCE_VIEW = "evidence.view"  # single pictures and clips, with privacy masks
    EVIDENCE_ORIGINALS = "evidence.originals"  # as received: what privacy masks hide is seen in them
    EVIDENCE_EXPORT = "evidence.export"  # a whole package leaves the house
    EVENTS_PRESCREEN = "events.prescreen"
    EVENTS_DECIDE = "events.decide"  # reject, ask for more, undo
    EVENTS_APPROVE = "events.approve"  # never without a valid badge, see Principal
    EVENTS_ATTEND = "events.attend"  # photos on the spot, re-check by hand
    MISSES_MARK = "misses.mark"
    LIVE_VIEW = "live.view"
    CAMERAS_VIEW = "cameras.view"
    CAMERAS_EDIT = "cameras.edit"
    RELAXATIONS_CONFIRM = "relaxations.confirm"  # the second person for smaller zones and new exemptions
    LEGAL_EDIT = "legal.edit"  # a camera's legal record
    STATISTICS_VIEW = "statistics.view"
    MODELS_VIEW = "models.view"
    MODELS_MANAGE = "models.manage"
    DATASETS_EXPORT = "datasets.export"
    SUPERVISION_VIEW = "supervision.view"  # rejections and exemptions by officer, plate, shop
    AUDIT_VIEW = "audit.view"
    USERS_VIEW = "users.view"
    USERS_CREATE = "users.create"  # accounts without rights, one-time passwords
    USERS_GRANT = "users.grant"  # role, node, badge, in or out of service
    ADMINISTRATORS_CONFIRM = "administrators.confirm"  # the second administrator for acts on administrators
    NODES_EDIT = "nodes.edit"
    SYSTEM_VIEW = "system.view"
    METRICS_VIEW = "metrics.view"
    TOKENS_OWN = "tokens.own"  # access tokens for machines, with a part of one's own rights


# The three administrators (三员): none does the work of another, and none sees or decides events.
ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})

_EVERYBODY_BUT_ADMINISTRATORS = (
    Role.OFFICER,
    Role.ASSISTANT,
    Role.LEGAL_REVIEWER,
    Role.OPERATIONS,
    Role.ML_ENGINEER,
    Role.MANAGER,
    Role.SUPERVISION,
)

HOLDERS: Mapping[Right, frozenset[Role]] = MappingProxyType(
    {
        right: frozenset(roles)
        for right, roles in {
            Right.EVENTS_VIEW: _EVERYBODY_BUT_ADMINISTRATORS,
            Right.EVIDENCE_VIEW: (
                Role.OFFICER,
                Role.ASSISTANT,
                Role.LEGAL_REVIEWER,
                Role.ML_ENGINEER,
                Role.MANAGER,
                Role.SUPERVISION,
            ),
            Right.EVIDENCE_ORIGINALS: (Role.OFFICER, Role.LEGAL_REVIEWER, Role.SUPERVISION),
            Right.EVIDENCE_EXPORT: (Role.OFFICER, Role.LEGAL_REVIEWER, Role.SUPERVISION),
            Right.EVENTS_PRESCREEN: (Role.ASSISTANT,),
            Right.EVENTS_DECIDE: (Role.OFFICER,),
            Right.EVENTS_APPROVE: (Role.OFFICER,),
            Right.EVENTS_ATTEND: (Role.OFFICER, Role.ASSISTANT),
            Right.MISSES_MARK: (Role.OFFICER, Role.ASSISTANT, Role.ML_ENGINEER),
            Right.LIVE_VIEW: (Role.OFFICER, Role.OPERATIONS, Role.MANAGER, Role.SUPERVISION),
            Right.CAMERAS_VIEW: _EVERYBODY_BUT_ADMINISTRATORS,
            Right.CAMERAS_EDIT: (Role.OPERATIONS,),
            Right.RELAXATIONS_CONFIRM: (Role.LEGAL_REVIEWER, Role.MANAGER),
            Right.LEGAL_EDIT: (Role.LEGAL_REVIEWER,),
            Right.STATISTICS_VIEW: (
                Role.OFFICER,
                Role.LEGAL_REVIEWER,
                Role.OPERATIONS,
                Role.ML_ENGINEER,
                Role.MANAGER,
                Role.SUPERVISION,
            ),
            Right.MODELS_VIEW: (Role.OPERATIONS, Role.ML_ENGINEER, Role.MANAGER),
            Right.MODELS_MANAGE: (Role.ML_ENGINEER,),
            Right.DATASETS_EXPORT: (Role.ML_ENGINEER,),
            Right.SUPERVISION_VIEW: (Role.SUPERVISION,),
            Right.AUDIT_VIEW: (Role.SUPERVISION, Role.AUDIT_ADMIN),
            Right.USERS_VIEW: (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN),
            Right.USERS_CREATE: (Role.SYSTEM_ADMIN,),
            Right.USERS_GRANT: (Role.SECURITY_ADMIN,),
            Right.ADMINISTRATORS_CONFIRM: (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN),
            Right.NODES_EDIT: (Role.SYSTEM_ADMIN,),
            Right.SYSTEM_VIEW: (Role.OPERATIONS, Role.SYSTEM_ADMIN),
            Right.METRICS_VIEW: (Role.OPERATIONS, Role.SYSTEM_ADMIN),
            Right.TOKENS_OWN: (Role.OPERATIONS, Role.ML_ENGINEER, Role.MANAGER),
        }.items()
    }
)

# Whose work is itself the purpose of looking at live pictures; the others say why.
PURPOSE_KNOWN = frozenset({Role.OPERATIONS})

# Whose work is itself the purpose of looking at originals; the others say why.
ORIGINALS_PURPOSE_KNOWN = frozenset({Role.OFFICER})

# What a machine may hold; decisions, grants and the audit are for persons.
MACHINE_RIGHTS = frozenset(
    {
        Right.EVENTS_VIEW,
        Right.EVIDENCE_VIEW,
        Right.CAMERAS_VIEW,
        Right.CAMERAS_EDIT,
        Right.STATISTICS_VIEW,
        Right.MODELS_VIEW,
        Right.DATASETS_EXPORT,
        Right.SYSTEM_VIEW,
        Right.METRICS_VIEW,
    }
)


def rights_of(role: Role | None) -> frozenset[Right]:
    """The rights of a role; of nobody yet: none."""
    return frozenset(right for right, roles in HOLDERS.items() if role in roles)
