"""The tables. Columns only: every query stands in `services/`."""

from app.models.audit import AuditEvent, AuditHead
from app.models.avatar import Avatar
from app.models.base import Base, utc_now
from app.models.cap import Cap, CapSlice
from app.models.config import ModelConfig
from app.models.connection import ModelConnection
from app.models.context import MessageContext, PromptText
from app.models.conversation import Conversation, ConversationTally
from app.models.email import EmailChange, EmailVerification
from app.models.factor import RecoveryCode, SecondStep, Totp
from app.models.file import Attachment, File
from app.models.folder import Folder
from app.models.generation import Generation, GenerationPiece
from app.models.group import ConnectionGrant, GroupMember, UserGroup
from app.models.identity import (
    Identity,
    IdentityGroup,
    OidcLogin,
    OidcLogout,
    OidcSession,
    OidcStep,
)
from app.models.imports import Import, ImportedConversation, ImportItem
from app.models.invite import Invite
from app.models.job import Job
from app.models.key import ProgramKey
from app.models.message import Message, MessageDeletion
from app.models.model import Model, ModelUse
from app.models.passkey import Passkey, PasskeyChallenge
from app.models.preset import Preset
from app.models.process import Process
from app.models.schema import SchemaInfo
from app.models.search import SearchBlock, SearchPending, SearchSegment
from app.models.session import LoginSession, PasswordReset, RefreshToken, WsTicket
from app.models.setting import Setting
from app.models.share import Share, ShareAttachment, ShareMessage
from app.models.usage import (
    DefaultModelUse,
    UsageAttempt,
    UsageDay,
    UsageGone,
    UsageTarget,
    UsageZone,
)
from app.models.user import User
from app.models.window import ModelWindow

__all__ = [
    "Attachment",
    "AuditEvent",
    "AuditHead",
    "Avatar",
    "Base",
    "Cap",
    "CapSlice",
    "ConnectionGrant",
    "Conversation",
    "ConversationTally",
    "DefaultModelUse",
    "EmailChange",
    "EmailVerification",
    "File",
    "Folder",
    "Generation",
    "GenerationPiece",
    "GroupMember",
    "Identity",
    "IdentityGroup",
    "Import",
    "ImportItem",
    "ImportedConversation",
    "Invite",
    "Job",
    "LoginSession",
    "Message",
    "MessageContext",
    "MessageDeletion",
    "Model",
    "ModelConfig",
    "ModelConnection",
    "ModelUse",
    "ModelWindow",
    "OidcLogin",
    "OidcLogout",
    "OidcSession",
    "OidcStep",
    "Passkey",
    "PasskeyChallenge",
    "PasswordReset",
    "Preset",
    "Process",
    "ProgramKey",
    "PromptText",
    "RecoveryCode",
    "RefreshToken",
    "SchemaInfo",
    "SearchBlock",
    "SearchPending",
    "SearchSegment",
    "SecondStep",
    "Setting",
    "Share",
    "ShareAttachment",
    "ShareMessage",
    "Totp",
    "UsageAttempt",
    "UsageDay",
    "UsageGone",
    "UsageTarget",
    "UsageZone",
    "User",
    "UserGroup",
    "WsTicket",
    "utc_now",
]
