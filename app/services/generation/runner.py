"""One reply from the first byte to the last: context, the call, and how it ended."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from app.database import Database
from app.errors import (
    AppError,
    ContextTooLong,
    Interrupted,
    ReplyError,
    UpstreamEmptyReply,
    UpstreamFiltered,
    UpstreamRejected,
    UpstreamToolCall,
)
from app.logs import log
from app.services.ai_service import AiService, Completion
from app.services.audit.notes import RefusalNotes
from app.services.audit.refusals import note_refusal
from app.services.endpoints.service import ConfigService
from app.services.endpoints.windows import Learned, room_for_prompt
from app.services.generation.attached import (
    ReadsParts,
    filled,
    has_pictures,
    unpictured,
)
from app.services.generation.context import Outgoing, Past, read_prompt
from app.services.generation.ledger import ReplyLedger
from app.services.generation.live_reply import Ending
from app.services.generation.ordering import put_in_order
from app.services.generation.prompt import prompt_to_continue, prompt_tokens, system_prompt_in
from app.services.generation.running_reply import RunningReply
from app.services.upstream.parameters import Tuning
from app.services.upstream.types import ModelKey, Prompt, nothing

EMPTY: dict[str, type[ReplyError]] = {
    "content_filter": UpstreamFiltered,
    "tool_calls": UpstreamToolCall,
}
"""What a reply without any text is, by its finish reason."""
SHORTER_TRIES = 4
"""How often a refused prompt is tried with less: a half, a quarter, and so on."""
PLAUSIBLE_TOKENS = 1_024
"""A prompt of fewer is not too long for any model: a refusal that does not say so has another
reason."""
MOST_PER_ESTIMATED = 32
"""No prompt has so many times more tokens than estimated: such a number counts something else."""


class Runner:
    """Asks the model and lets the live reply grow."""

    def __init__(
        self,
        database: Database,
        configs: ConfigService,
        ai: AiService,
        notes: RefusalNotes,
        ledger: ReplyLedger,
        files: ReadsParts,
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._configs = configs
        self._ai = ai
        self._notes = notes
        self._files = files

    async def run(self, running: RunningReply, notify: Callable[[], None]) -> Ending:
        """Run a reply to its end; `notify` is called whenever it has grown. Never raises.

        Cancelling the task closes the upstream call and ends the reply by its `cancel_reason`.
        """
        ending = await self._ending(running, notify)
        self._put_in_order(running)
        notify()  # of what had been held back, or stands in another order now
        if running.tuning is not None:
            ending = replace(ending, left_out=_left_out(running.tuning))
        running.counted = ending.usage
        return ending

    async def _ending(self, running: RunningReply, notify: Callable[[], None]) -> Ending:
        try:
            return self._completed(running, await self._ask(running, notify))
        except asyncio.CancelledError:
            return _cancelled(running)
        except AppError as error:
            note_refusal(self._notes, error, running.user_id)
            return _broken(running, error)
        except Exception:
            # A bug must end the reply, too, or the conversation would stay locked.
            log.exception("reply_failed", generation_id=running.generation_id)
            return _broken(running, Interrupted())

    async def _ask(self, running: RunningReply, notify: Callable[[], None]) -> Completion:
        async def ask(prompt: Prompt) -> Completion:
            live = running.live
            running.is_asked = True
            on_accepted = nothing
            if running.outgoing.has_files:
                prompt, running.gone = await filled(prompt, self._files)
                on_accepted = prompt.clear  # pictures of many megabytes
            return await self._ai.stream_reply(
                endpoint, prompt, live.push, before, running.tuning, notify, requests, on_accepted
            )

        requests = self._ledger.open(running)
        endpoint = self._configs.open(running.endpoint)
        before = running.live.size_bytes
        prompt = _prompt(running, running.outgoing)
        for _ in range(SHORTER_TRIES):
            try:
                return await ask(prompt)
            except ReplyError as refusal:
                if running.has_grown:
                    raise
                if has_pictures(prompt) and may_be_pictures(refusal):
                    prompt = self._without_pictures(running)
                    continue
                if not refusal.may_be_length:
                    raise
                budget = shorter(prompt, refusal)
                if budget is None:
                    raise
                outgoing = await self._shorter(running, prompt, budget)
                asked, prompt = prompt, _prompt(running, outgoing)
                if prompt_tokens(prompt) >= prompt_tokens(asked):  # the question alone is left
                    if isinstance(refusal, ContextTooLong):
                        running.learned = _learned(budget, refusal)
                    raise
                running.outgoing = outgoing
                requests.prompt_tokens = outgoing.tokens
                running.learned = _learned(budget, refusal)
        return await ask(prompt)

    def _without_pictures(self, running: RunningReply) -> Prompt:
        """The prompt with the names of its pictures; whether they were what was refused is known
        once this one is taken."""
        running.refused_pictures = True
        prompt = unpictured(running.outgoing.prompt)
        tokens = running.outgoing.tokens - prompt_tokens(running.outgoing.prompt)
        running.outgoing = replace(
            running.outgoing, prompt=prompt, tokens=tokens + prompt_tokens(prompt)
        )
        if running.requests is not None:
            running.requests.prompt_tokens = running.outgoing.tokens
        return _prompt(running, running.outgoing)

    async def _shorter(self, running: RunningReply, asked: Prompt, budget: int) -> Outgoing:
        question = running.live.opening.user_message["id"]
        past = Past(
            running.conversation_id,
            running.message_id if running.continues else question,
            system_prompt_in(asked),
            running.user_id,
            running.endpoint.model_key,
            uncounted=0 if running.continues else -1,  # the reply
            pictures=running.pictures,
        )
        outgoing = await self._database.read(read_prompt, past, budget)
        return replace(outgoing, prompt_id=running.outgoing.prompt_id)

    def _completed(self, running: RunningReply, outcome: Completion) -> Ending:
        self._put_in_order(running)
        reason = outcome.finish_reason
        if outcome.is_all_thought and reason == "stop":
            self._take_back_thought(running)
        if not running.has_grown:
            return _broken(running, EMPTY.get(reason, UpstreamEmptyReply)())
        if reason == "stop" and not running.has_answer:
            return _broken(running, UpstreamEmptyReply())
        return Ending("complete", reason, outcome.usage)

    def _take_back_thought(self, running: RunningReply) -> None:
        """This model was taken to begin with a thought, and what came was the answer."""
        content, reasoning = str(running.live.content), str(running.live.reasoning)
        before = running.opened_with[1]
        running.rewrite(content + reasoning[before:], reasoning[:before])
        self._ai.remember_prefilled(_key(running), "")

    def _put_in_order(self, running: RunningReply) -> None:
        live = running.live
        ordered = put_in_order(str(live.content), str(live.reasoning), *running.opened_with)
        if ordered is not None:
            running.rewrite(ordered.content, ordered.reasoning)
            self._ai.remember_prefilled(_key(running), ordered.closer)


def _prompt(running: RunningReply, outgoing: Outgoing) -> Prompt:
    return prompt_to_continue(outgoing.prompt) if running.continues else outgoing.prompt


def _left_out(tuning: Tuning) -> tuple[dict[str, str], ...]:
    return tuple({"name": each["name"], "reason": each["reason"]} for each in tuning.left_out)


def _key(running: RunningReply) -> ModelKey:
    endpoint = running.endpoint
    return endpoint.user_id, endpoint.base_url, endpoint.model_name


def may_be_pictures(refusal: ReplyError) -> bool:
    """Whether a request may have been refused for its pictures: the words say so, or nothing at all
    does but that it was refused."""
    return refusal.is_about_pictures or type(refusal) is UpstreamRejected


def shorter(prompt: Prompt, refusal: ReplyError) -> int | None:
    """How many estimated tokens to try after a prompt was refused; None where its length cannot
    be why.

    An endpoint that counts says how its tokens relate to our estimates, and how many fit; part of
    those are left for the reply. Else half as many are tried.
    """
    size = prompt_tokens(prompt)
    limit = sent = None
    if isinstance(refusal, ContextTooLong):
        limit, sent = refusal.limit, refusal.sent
    elif size < PLAUSIBLE_TOKENS:
        return None
    half = size // 2
    if limit is None:
        return half
    fits = room_for_prompt(limit)
    if sent is not None and sent <= size * MOST_PER_ESTIMATED:
        fits = fits * size // sent
    return fits if fits < size else half


def _learned(budget: int, refusal: ReplyError) -> Learned:
    """What a refusal teaches of a model; one without a number not that next to nothing fits."""
    if isinstance(refusal, ContextTooLong) and refusal.limit is not None:
        return Learned(budget, is_guess=False)
    tokens = max(budget, PLAUSIBLE_TOKENS // 2)
    return Learned(tokens, is_guess=not isinstance(refusal, ContextTooLong))


def _cancelled(running: RunningReply) -> Ending:
    if running.cancel_reason == "stopped":
        return Ending("stopped", "stopped")
    return _broken(running, Interrupted())


def _broken(running: RunningReply, error: AppError) -> Ending:
    if not isinstance(error, ReplyError):
        log.info("reply_not_started", code=error.code, generation_id=running.generation_id)
    return Ending.broken(running.live.has_text, error)
