"""`/ws/conversations/{id}`: a conversation, live."""

from app.routers.socket.handshake import router

__all__ = ["router"]
