"""What a model was sent for a reply, as it is written down with the ending."""

from typing import Any

from app.schemas.params import stable
from app.services.generation.attached import file_line, sent_files
from app.services.generation.running_reply import RunningReply
from app.services.messages.contexts import to_text

FILES_LISTED_MAX = 100


def sent_for(running: RunningReply) -> dict[str, Any] | None:
    """Of the request that was accepted in the end, or of the last one that was tried; None where
    there was none."""
    if not running.is_asked:
        return None
    outgoing, endpoint, tuning = running.outgoing, running.endpoint, running.tuning
    params = tuning.kept() if tuning else None
    left_out = outgoing.left_out
    if tuning and tuning.left_out:
        left_out = {**left_out, "params": tuning.left_out}
    if outgoing.has_files:
        files = sent_files(outgoing.prompt)[-FILES_LISTED_MAX:]
        now = [f.unsent("gone") if f.id in running.gone else f for f in files]
        left_out = {**left_out, "files": [file_line(file) for file in now]}
    usage = running.counted
    return {
        "model_name": endpoint.model_name,
        "connection_label": endpoint.connection_label,
        "first_message_id": outgoing.first_message_id,
        "last_message_id": outgoing.last_message_id,
        "messages": outgoing.messages,
        "left_out": to_text(left_out),
        "prompt_id": outgoing.prompt_id,
        "params": stable(params) if params else None,
        "estimated_tokens": outgoing.tokens,
        "prompt_tokens": usage.prompt_tokens if usage else None,
        "completion_tokens": usage.completion_tokens if usage else None,
        "total_tokens": usage.total_tokens if usage else None,
    }
