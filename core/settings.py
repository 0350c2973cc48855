"""Settings of an installation, from the environment (JIEJING_...). Loaded in main(), never at import."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from core.errors import InputError
from core.invalid_values import message_of_invalid
from core.rights import ADMINISTRATORS, Role
from core.stream_address import Transport


class Settings(BaseSettings):
    """Every setting, with its bounds. Variables are named JIEJING_ and the field in capitals."""

    model_config = SettingsConfigDict(env_prefix="JIEJING_", extra="ignore", frozen=True)

    home: Path = Field(default=Path("var"), description="folder of data base, keys, ring, packages, imported models")
    database_url: str | None = Field(
        default=None, description="SQLAlchemy URL; unset = SQLite in home; postgresql://... for PostgreSQL"
    )
    signing_key: Path | None = Field(
        default=None, description="PEM file of an Ed25519 private key; unset = made in home"
    )
    file_roots: tuple[Path, ...] = Field(
        default=(), description="folders below which file:// sources may lie (JSON list)"
    )
    ring_s: float = Field(default=120, ge=30, le=86400, description="seconds of received stream kept for each camera")
    ring_max_mb: int = Field(
        default=2048, ge=16, description="megabytes that one camera's ring may take, pins included"
    )
    min_free_mb: int = Field(default=512, ge=0, description="free megabytes below which nothing new is recorded")
    post_roll_s: float = Field(default=5, ge=0, le=60, description="seconds after a violation before it is sealed")
    stall_s: float = Field(default=10, ge=2, le=120, description="seconds without a packet after which a stream failed")
    rtsp_transport: Transport = Field(default="tcp", description="how RTSP media travel: tcp or udp")
    local_cameras: bool = Field(
        default=False, description="whether cameras may be added over HTTP on this machine and at link-local addresses"
    )
    host: str = Field(default="127.0.0.1", description="address that serve listens on; 0.0.0.0 or :: = every one")
    port: int = Field(default=8600, ge=0, le=65535, description="port that serve listens on; 0 = any free one")
    names: tuple[str, ...] = Field(
        default=(), description="names and addresses by which people reach serve, besides its own (JSON list)"
    )
    tls_certificate: Path | None = Field(
        default=None, description="PEM file of serve's certificate chain; unset = http"
    )
    tls_key: Path | None = Field(default=None, description="PEM file of the certificate's private key")
    trusted_proxies: tuple[str, ...] = Field(
        default=(),
        description="addresses of reverse proxies whose X-Forwarded-For and -Proto are believed (JSON list)",
    )
    requests_per_s: float = Field(
        default=200, ge=0, description="requests a second that one address may go on with; 0 = any number"
    )
    session_idle_min: int = Field(default=30, ge=5, le=1440, description="minutes unused after which a session ends")
    session_max_h: int = Field(default=12, ge=1, le=72, description="hours after which a session ends at the latest")
    second_factor: tuple[Role, ...] = Field(
        default=tuple(role for role in Role if role in ADMINISTRATORS),
        description="roles that sign in with a second factor (TOTP), too (JSON list); others may have one",
    )
    step_up_min: int = Field(
        default=15,
        ge=1,
        le=1440,
        description="minutes after which whoever has a second factor gives a code again for grants, originals, exports",
    )
    second_look_share: float = Field(
        default=0.05, ge=0, le=1, description="share of decided events that a second officer decides blindly"
    )
    known_negative_share: float = Field(
        default=0.02, ge=0, le=1, description="share of decisions after which a known negative is mixed into the queue"
    )
    audit_head_file: Path | None = Field(
        default=None,
        description="file, best on another machine's share, to which each signed end of the audit is added",
    )
    audit_head_syslog: str | None = Field(
        default=None,
        pattern=r"^\S+:[0-9]{1,5}$",
        description="HOST:PORT of a syslog server (UDP) that gets each of them",
    )
    audit_head_webhook: str | None = Field(
        default=None, pattern=r"^https?://\S+$", description="address to which each of them is posted as JSON"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(default="INFO", description="how much is logged")

    @field_validator("home", "signing_key", "tls_certificate", "tls_key")
    @classmethod
    def _own_folder(cls, path: Path | None) -> Path | None:
        # No shell expands ~ in a file of variables.
        return path.expanduser() if path else path

    def over(self, transport: Transport | None) -> Self:
        """The same for a camera whose media travel another way; None = as the installation does."""
        return self.model_copy(update={"rtsp_transport": transport}) if transport else self

    @property
    def database(self) -> str:
        """The data base's URL."""
        return self.database_url or f"sqlite:///{self.home.resolve() / 'jiejing.db'}"


def load_settings() -> Settings:
    """Settings from the environment.

    Raises:
        InputError: a variable is wrong; names it.
    """
    try:
        settings = Settings()
    except SettingsError as error:
        raise InputError("core.setting_is_no_json_list", cause=error) from error
    except ValidationError as error:
        first = error.errors()[0]
        name = f"JIEJING_{first['loc'][0]}".upper()
        raise InputError("core.setting_is_wrong", name=name, cause=message_of_invalid(first)) from error
    return settings
