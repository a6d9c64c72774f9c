"""The tables. Columns only: every query stands in `services/`."""

from app.models.audit import AuditEvent, AuditHead
from app.models.base import Base, utc_now
from app.models.config import ModelConfig
from app.models.connection import ModelConnection
from app.models.context import MessageContext, PromptText
from app.models.conversation import Conversation
from app.models.generation import Generation, GenerationPiece
from app.models.message import Message
from app.models.model import Model, ModelUse
from app.models.preset import Preset
from app.models.schema import SchemaInfo
from app.models.session import LoginSession, PasswordReset, RefreshToken, WsTicket
from app.models.usage import DefaultModelUse
from app.models.user import User
from app.models.window import ModelWindow

__all__ = [
    "AuditEvent",
    "AuditHead",
    "Base",
    "Conversation",
    "DefaultModelUse",
    "Generation",
    "GenerationPiece",
    "LoginSession",
    "Message",
    "MessageContext",
    "Model",
    "ModelConfig",
    "ModelConnection",
    "ModelUse",
    "ModelWindow",
    "PasswordReset",
    "Preset",
    "PromptText",
    "RefreshToken",
    "SchemaInfo",
    "User",
    "WsTicket",
    "utc_now",
]
