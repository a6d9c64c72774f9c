"""Puts the services of one process together."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

from app.config import Settings
from app.database import Database, open_database
from app.encryption import KeyVault
from app.engines.sole_user import SoleUser
from app.logs import log
from app.services.accounts.service import AccountService
from app.services.ai_service import AiService
from app.services.audit.notes import RefusalNotes
from app.services.audit.service import AuditLog
from app.services.auth.hash_threads import PasswordThreads
from app.services.auth.passwords import PasswordService
from app.services.auth.service import AuthService
from app.services.auth.sessions import SessionService
from app.services.backup.schedule import ScheduledBackups
from app.services.chat.live import LiveConversation
from app.services.chat.service import ChatService
from app.services.conversation_service import ConversationService
from app.services.conversations.titles import TitleService
from app.services.endpoints.choices import ChoiceService
from app.services.endpoints.connections import ConnectionService
from app.services.endpoints.models import ModelService
from app.services.endpoints.presets import PresetService
from app.services.endpoints.service import ConfigService
from app.services.endpoints.trials import EndpointTrials
from app.services.generation.channel import Channels
from app.services.generation.ended import EndedReplies
from app.services.generation.follower import Follower
from app.services.generation.reaper import Reaper
from app.services.generation.runner import Runner
from app.services.generation.supervisor import Supervisor
from app.services.mail.service import MailService
from app.services.messages.service import MessageService
from app.services.transfer.service import TransferService
from app.services.upkeep.health import durability
from app.services.upkeep.master_keys import WrongEncryptionKey, recognise
from app.services.upkeep.purge import Purger
from app.services.usage.daily import ReplyLimits
from app.services.usage.service import UsageService
from app.utils.memory import exempt_what_is_loaded
from app.utils.tasks import stop_tasks

HURRY_SECONDS = 1
"""What a transaction has from then on, so that whoever waits for it can be told."""


@dataclass(slots=True)
class Services:
    """All that the routers call, and the background work of this process."""

    database: Database
    vault: KeyVault
    ai: AiService
    auth: AuthService
    accounts: AccountService
    sessions: SessionService
    passwords: PasswordService
    mail: MailService
    threads: PasswordThreads
    configs: ConfigService
    connections: ConnectionService
    models: ModelService
    choices: ChoiceService
    presets: PresetService
    trials: EndpointTrials
    conversations: ConversationService
    messages: MessageService
    transfer: TransferService
    channels: Channels
    supervisor: Supervisor
    follower: Follower
    reaper: Reaper
    chat: ChatService
    usage: UsageService
    purger: Purger
    sole_user: SoleUser
    backups: ScheduledBackups
    audit: AuditLog
    drain_seconds: float
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def open_conversation(self, user_id: int, conversation_id: int) -> LiveConversation:
        """A conversation to enter, for what is live in it."""
        return LiveConversation(self.chat, self.channels, user_id, conversation_id)

    async def open(self) -> None:
        """Begin the background work, first ending replies that a dead process left behind.

        Raises WrongEncryptionKey before anything is written with a key that is not the database's.
        """
        try:
            await self.database.write(recognise, self.vault)
        except WrongEncryptionKey:
            await self.database.close()
            raise
        await self.configs.open_default()
        await self._warn_of_risks()
        if await asyncio.to_thread(self.sole_user.claim):
            await self.reaper.reap_all()
        await asyncio.to_thread(self.sole_user.share)
        self.supervisor.open()
        self.tasks = [
            asyncio.create_task(self.reaper.run(), name="reaper"),
            asyncio.create_task(self.follower.run(), name="follower"),
            asyncio.create_task(self.backups.run(), name="backups"),
            asyncio.create_task(self.purger.run(), name="purger"),
            asyncio.create_task(self.mail.run(), name="mail"),
            asyncio.create_task(self.audit.run(), name="audit"),
        ]
        exempt_what_is_loaded(collect=True)

    async def _warn_of_risks(self) -> None:
        promise, risk = await self.database.read(durability)
        if risk:
            log.warning("database_may_lose_messages", promise=promise, advice=risk)

    async def drain(self) -> None:
        """Begin no more replies and see the running ones end; what is asked then is soon over."""
        await self.supervisor.drain(self.drain_seconds)
        self.database.hurry(HURRY_SECONDS)

    async def close(self) -> None:
        """Save the running replies, end the background work, close connections and threads."""
        await self.supervisor.close()
        await stop_tasks(*self.tasks)
        await self.audit.close()
        self.threads.close()
        await self.ai.aclose()
        await self.database.close()
        self.sole_user.release()


def build_services(settings: Settings) -> Services:
    """The services of one process; nothing runs and nothing connects before `open`."""
    database = open_database(settings)
    threads = PasswordThreads(settings.bcrypt_rounds)
    sessions = SessionService(database, settings)
    passwords = PasswordService(database, threads)
    ai = AiService(settings)
    vault = KeyVault(settings.encryption_keys)
    configs = ConfigService(database, settings, vault, ai)
    connections = ConnectionService(database, vault, ai, configs)
    retention = timedelta(days=settings.retention_days)
    channels = Channels()
    notes = RefusalNotes()
    runner = Runner(database, configs, ai, notes)
    limits = ReplyLimits(
        settings.max_replies_per_user,
        settings.default_model_daily_messages,
        settings.context_token_budget,
    )
    titles = TitleService(database, configs, ai, settings.title_timeout_seconds, limits)
    supervisor = Supervisor(database, channels, runner, titles, settings)
    follower = Follower(database, channels, supervisor.owner, settings.follow_seconds)
    ended = EndedReplies(database)
    return Services(
        database=database,
        vault=vault,
        ai=ai,
        auth=AuthService(database, threads, sessions),
        accounts=AccountService(database, settings, threads, passwords),
        sessions=sessions,
        passwords=passwords,
        mail=MailService(settings, passwords),
        threads=threads,
        configs=configs,
        connections=connections,
        models=ModelService(database, configs),
        choices=ChoiceService(database, configs),
        presets=PresetService(database, configs),
        trials=EndpointTrials(configs, connections, ai, notes),
        conversations=ConversationService(database, configs, retention),
        messages=MessageService(database),
        transfer=TransferService(database),
        channels=channels,
        supervisor=supervisor,
        follower=follower,
        reaper=Reaper(
            database,
            supervisor.owner,
            settings.reap_after_seconds,
            settings.finished_reply_seconds,
        ),
        chat=ChatService(database, ai, configs, ended, supervisor, follower, limits),
        usage=UsageService(database, limits),
        purger=Purger(database, retention),
        sole_user=SoleUser(settings.database),
        backups=ScheduledBackups(settings),
        audit=AuditLog(database, vault.signer, notes, settings.audit_retention_days),
        drain_seconds=settings.drain_seconds,
    )
