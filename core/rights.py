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

_OFFICER, _ASSISTANT, _LEGAL, _OPERATIONS, _ML, _MANAGER, _SUPERVISION, _SYSTEM, _SECURITY, _AUDIT = Role
_EVERYBODY_BUT_ADMINISTRATORS = (_OFFICER, _ASSISTANT, _LEGAL, _OPERATIONS, _ML, _MANAGER, _SUPERVISION)

HOLDERS: Mapping[Right, frozenset[Role]] = MappingProxyType(
    {
        right: frozenset(roles)
        for right, roles in {
            Right.EVENTS_VIEW: _EVERYBODY_BUT_ADMINISTRATORS,
            Right.EVIDENCE_VIEW: (_OFFICER, _ASSISTANT, _LEGAL, _ML, _MANAGER, _SUPERVISION),
            Right.EVIDENCE_ORIGINALS: (_OFFICER, _LEGAL, _SUPERVISION),
            Right.EVIDENCE_EXPORT: (_OFFICER, _LEGAL, _SUPERVISION),
            Right.EVENTS_PRESCREEN: (_ASSISTANT,),
            Right.EVENTS_DECIDE: (_OFFICER,),
            Right.EVENTS_APPROVE: (_OFFICER,),
            Right.EVENTS_ATTEND: (_OFFICER, _ASSISTANT),
            Right.MISSES_MARK: (_OFFICER, _ASSISTANT, _ML),
            Right.LIVE_VIEW: (_OFFICER, _OPERATIONS, _MANAGER, _SUPERVISION),
            Right.CAMERAS_VIEW: _EVERYBODY_BUT_ADMINISTRATORS,
            Right.CAMERAS_EDIT: (_OPERATIONS,),
            Right.RELAXATIONS_CONFIRM: (_LEGAL, _MANAGER),
            Right.LEGAL_EDIT: (_LEGAL,),
            Right.STATISTICS_VIEW: (_OFFICER, _LEGAL, _OPERATIONS, _ML, _MANAGER, _SUPERVISION),
            Right.MODELS_VIEW: (_OPERATIONS, _ML, _MANAGER),
            Right.MODELS_MANAGE: (_ML,),
            Right.DATASETS_EXPORT: (_ML,),
            Right.SUPERVISION_VIEW: (_SUPERVISION,),
            Right.AUDIT_VIEW: (_SUPERVISION, _AUDIT),
            Right.USERS_VIEW: (_SYSTEM, _SECURITY),
            Right.USERS_CREATE: (_SYSTEM,),
            Right.USERS_GRANT: (_SECURITY,),
            Right.ADMINISTRATORS_CONFIRM: (_SYSTEM, _SECURITY, _AUDIT),
            Right.NODES_EDIT: (_SYSTEM,),
            Right.SYSTEM_VIEW: (_OPERATIONS, _SYSTEM),
            Right.METRICS_VIEW: (_OPERATIONS, _SYSTEM),
            Right.TOKENS_OWN: (_OPERATIONS, _ML, _MANAGER),
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
