"""Puts the services of one process together."""

import asyncio
import os
from dataclasses import dataclass, field
from datetime import timedelta

from app.bus.base import Bus
from app.bus.opening import open_bus
from app.config import Settings
from app.database import Database, open_database
from app.encryption import KeyVault
from app.engines.sole_user import SoleUser
from app.logs import log
from app.peers.counts import PeerCounts
from app.peers.revocations import Revocations
from app.services.accounts.deletion import DELETION, AccountRemoval
from app.services.accounts.service import AccountService
from app.services.admin.audit import AdminAudit
from app.services.admin.overview import OverviewService
from app.services.admin.service import AdminService
from app.services.admin.settings import SettingService
from app.services.admin.usage import AdminUsageService
from app.services.ai_service import AiService
from app.services.audit.notes import RefusalNotes
from app.services.audit.service import AuditLog
from app.services.auth.challenges import purge_challenges
from app.services.auth.factors import FactorService
from app.services.auth.hash_threads import PasswordThreads
from app.services.auth.passkeys import PasskeyService
from app.services.auth.passwords import PasswordService
from app.services.auth.service import AuthService
from app.services.auth.sessions import SessionService
from app.services.backup.schedule import ScheduledBackups
from app.services.caps.operators import OperatorCaps
from app.services.caps.service import CapService
from app.services.chat.live import LiveConversation
from app.services.chat.service import ChatService
from app.services.conversation_service import ConversationService
from app.services.conversations.titles import TitleService
from app.services.emails.rows import purge_links
from app.services.emails.service import EmailService
from app.services.endpoints.choices import ChoiceService
from app.services.endpoints.connections import ConnectionService
from app.services.endpoints.models import ModelService
from app.services.endpoints.presets import PresetService
from app.services.endpoints.service import ConfigService
from app.services.endpoints.trials import EndpointTrials
from app.services.files.place import open_storage
from app.services.files.service import FileService
from app.services.folders.service import FolderService
from app.services.gateway.service import GatewayService
from app.services.generation.channel import Channels
from app.services.generation.ended import EndedReplies
from app.services.generation.feed.follower import Follower
from app.services.generation.feed.hints import Hints
from app.services.generation.feed.publisher import Publisher
from app.services.generation.lease import ProcessLease
from app.services.generation.ledger import ReplyLedger
from app.services.generation.reaper import LOOKS_PER_LEASE, Reaper
from app.services.generation.runner import Runner
from app.services.generation.supervisor import Supervisor
from app.services.groups.service import GroupService
from app.services.invites.rows import purge_invites
from app.services.invites.service import InviteService
from app.services.jobs.lanes import JobLanes
from app.services.jobs.rows import free_all as free_jobs
from app.services.jobs.service import Doing, Jobs
from app.services.keys.service import KeyService
from app.services.mail.service import MailService
from app.services.messages.deletion import purge_some as purge_messages
from app.services.messages.estimate import estimate_tokens
from app.services.messages.service import MessageService
from app.services.oidc.sent import purge_logouts, purge_sent, purge_steps
from app.services.oidc.service import OidcService
from app.services.profile.service import ProfileService
from app.services.search.reader import BACKFILL, IndexReader
from app.services.search.seal import seal
from app.services.search.segments import SEAL
from app.services.search.service import SearchService
from app.services.settings.live import LiveSettings
from app.services.shared_connections.service import SharedConnections
from app.services.shared_connections.trials import SharedTrials
from app.services.sharing.service import SharingService
from app.services.transfer.import_rows import UNDO, purge_reports
from app.services.transfer.imports import ImportService, open_inbox
from app.services.transfer.jobs import ImportJobs
from app.services.transfer.service import TransferService
from app.services.upkeep.health import durability
from app.services.upkeep.master_keys import WrongEncryptionKey, canary_of, recognise
from app.services.upkeep.purge import Purger
from app.services.usage.caps import Reservations
from app.services.usage.daily import ReplyLimits
from app.services.usage.fold import Fold
from app.services.usage.meter import Meter
from app.services.usage.pricing import Pricing
from app.services.usage.service import UsageService
from app.utils.memory import exempt_what_is_loaded, return_large_blocks
from app.utils.tasks import stop_tasks

REMOVALS_AT_ONCE = IMPORTS_AT_ONCE = 1
"""In one process."""
HURRY_SECONDS = 1
"""What a transaction has from then on, so that whoever waits for it can be told."""


@dataclass(slots=True)
class Services:
    """All that the routers call, and the background work of this process."""

    database: Database
    bus: Bus
    peers: PeerCounts
    revocations: Revocations
    vault: KeyVault
    ai: AiService
    auth: AuthService
    accounts: AccountService
    admin: AdminService
    deletion: AccountRemoval
    sessions: SessionService
    passwords: PasswordService
    passkeys: PasskeyService
    factors: FactorService
    oidc: OidcService
    keys: KeyService
    gateway: GatewayService
    mail: MailService
    live: LiveSettings
    overview: OverviewService
    admin_usage: AdminUsageService
    admin_audit: AdminAudit
    settings: SettingService
    invites: InviteService
    emails: EmailService
    profile: ProfileService
    threads: PasswordThreads
    configs: ConfigService
    connections: ConnectionService
    models: ModelService
    choices: ChoiceService
    presets: PresetService
    folders: FolderService
    trials: EndpointTrials
    shared: SharedConnections
    shared_trials: SharedTrials
    operator_caps: OperatorCaps
    groups: GroupService
    conversations: ConversationService
    messages: MessageService
    files: FileService
    transfer: TransferService
    imports: ImportService
    sharing: SharingService
    search: SearchService
    reader: IndexReader
    bringing: ImportJobs
    jobs: JobLanes
    channels: Channels
    supervisor: Supervisor
    follower: Follower
    publisher: Publisher
    lease: ProcessLease
    reaper: Reaper
    chat: ChatService
    usage: UsageService
    fold: Fold
    caps: CapService
    reservations: Reservations
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
        await self.live.fresh()
        await self.configs.open_default()
        await self._warn_of_risks()
        if await asyncio.to_thread(self.sole_user.claim):
            await self.end_left_behind()
        await asyncio.to_thread(self.sole_user.share)
        await self.imports.open(self.jobs.imports, self.bringing.bring_in)
        self.supervisor.open()
        self.tasks = [
            asyncio.create_task(self.bus.run(), name="bus"),
            asyncio.create_task(self.peers.run(), name="peers"),
            asyncio.create_task(self.lease.run(), name="lease"),
            asyncio.create_task(self.reaper.run(), name="reaper"),
            asyncio.create_task(self.follower.run(), name="follower"),
            asyncio.create_task(self.publisher.run(), name="publisher"),
            asyncio.create_task(self.backups.run(), name="backups"),
            asyncio.create_task(self.purger.run(), name="purger"),
            asyncio.create_task(self.mail.run(), name="mail"),
            asyncio.create_task(self.live.run(), name="settings"),
            asyncio.create_task(self.audit.run(), name="audit"),
            asyncio.create_task(self.fold.run(), name="fold"),
            asyncio.create_task(self.sharing.views.run(), name="views"),
            asyncio.create_task(self.reader.run(), name="search"),
            asyncio.create_task(self.jobs.run(), name="jobs"),
            asyncio.create_task(self.reservations.slices.run(), name="slices"),
        ]
        exempt_what_is_loaded(collect=True)
        return_large_blocks()

    async def end_left_behind(self) -> None:
        """End what runs in a database that nobody else uses: its processes are dead."""
        await self.reaper.reap_all()
        await self.database.write(free_jobs)

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
        await stop_tasks(*(task for task in self.tasks if task.get_name() != "bus"))
        await self.sharing.views.write()
        await self.audit.close()
        await self.reservations.slices.close()
        await self.lease.end()
        await stop_tasks(*self.tasks)
        await self.bus.close()  # after all that has something to say at its end
        self.threads.close()
        self.files.close()
        self.imports.close()
        await self.ai.aclose()
        await self.database.close()
        self.sole_user.release()


async def end_left_behind(settings: Settings) -> None:
    """The same before any services of this server are open, and then no more of them."""
    services = await asyncio.to_thread(build_services, settings)
    try:
        await services.end_left_behind()
    finally:
        await services.close()


def build_services(settings: Settings) -> Services:
    """The services of one process; nothing runs and nothing connects before `open`."""
    database = open_database(settings)

    async def identify() -> bytes:
        canary = await database.read(canary_of)
        name = (
            "" if settings.database.get_backend_name() == "sqlite" else settings.database.database
        )
        return f"{name} {canary}".encode()

    bus = open_bus(settings, os.environ, identify)
    peers = PeerCounts(bus, settings.secret_key.get_secret_value().encode())
    threads = PasswordThreads(settings.bcrypt_rounds)
    sessions = SessionService(database, settings)
    passwords = PasswordService(database, threads, settings)
    mail = MailService(settings, passwords)
    ai = AiService(settings)
    vault = KeyVault(settings.encryption_keys)
    live = LiveSettings(database, settings)
    passkeys = PasskeyService(database, sessions, live, settings)
    configs = ConfigService(database, settings, live, vault, ai)
    connections = ConnectionService(database, vault, ai, configs)
    shared = SharedConnections(database, vault, ai)
    channels = Channels()
    notes = RefusalNotes()
    pricing = Pricing()
    storage = open_storage(settings.files_url, settings.data_dir)
    files = FileService(database, storage, settings, estimate_tokens)
    inbox = open_inbox(settings)
    imports = ImportService(database, inbox, settings.imports_max_bytes)
    sharing = SharingService(database, files, settings, live)
    looks = settings.reap_after_seconds / LOOKS_PER_LEASE
    fold = Fold(database, pricing, estimate_tokens, looks)
    reader = IndexReader(database, looks)

    def ended_one() -> None:
        fold.wake()
        reader.wake()

    async def sweep(pause_seconds: float) -> None:
        await sharing.sweep(pause_seconds)
        await files.sweep(pause_seconds)  # of links that are gone, too
        await imports.sweep()
        await deletion.sweep()

    ledger = ReplyLedger(database, pricing, ended_one)
    reservations = Reservations(database, pricing, 2 * settings.reap_after_seconds)
    runner = Runner(database, configs, ai, notes, ledger, files)

    def limits() -> ReplyLimits:
        return ReplyLimits(
            settings.max_replies_per_user,
            live.now().default_model_daily_messages,
            settings.context_token_budget,
            settings.context_images,
        )

    async def retention() -> timedelta:
        return (await live.exact()).retention

    meter = Meter(database, pricing, reservations, estimate_tokens, fold.wake)
    trials = EndpointTrials(configs, connections, ai, notes, meter)
    titles = TitleService(database, configs, ai, settings.title_timeout_seconds, limits, meter)
    lease = settings.reap_after_seconds
    deletion = AccountRemoval(database, passwords, fold, files, imports, lease)
    hints, publisher = Hints(bus), Publisher(bus)
    supervisor = Supervisor(
        *(database, channels, runner, ledger, titles, publisher, hints), settings
    )
    follower = Follower(
        *(database, channels, supervisor.owner, settings.follow_seconds, bus, hints)
    )
    ended = EndedReplies(database)
    audit = AuditLog(database, vault.signer, notes, settings.audit_retention_days)
    usage = UsageService(database, limits, fold)
    bringing = ImportJobs(
        inbox, files, looks, live.retention, lambda: supervisor.running_count == 0
    )

    def jobs(at_once: int, kinds: dict[str, Doing]) -> Jobs:
        return Jobs(database, supervisor.owner, at_once, looks, lease, kinds)

    lanes = JobLanes(
        index=jobs(settings.jobs_at_once, {SEAL: seal, BACKFILL: reader.backfill}),
        removals=jobs(REMOVALS_AT_ONCE, {DELETION: deletion.go_on, UNDO: bringing.undo}),
        imports=jobs(IMPORTS_AT_ONCE, {}),
    )
    process = ProcessLease(
        *(database, supervisor.owner, lease),
        rests=settings.database.get_backend_name() == "sqlite",
        is_busy=lambda: bool(supervisor.answers_for or lanes.running),
        contracted=supervisor.lean_on_process,
    )
    return Services(
        database=database,
        bus=bus,
        peers=peers,
        revocations=Revocations(bus),
        vault=vault,
        ai=ai,
        auth=AuthService(database, vault, threads, sessions, live, passkeys),
        accounts=AccountService(database, live, threads),
        admin=AdminService(database, mail),
        deletion=deletion,
        sessions=sessions,
        passwords=passwords,
        passkeys=passkeys,
        factors=FactorService(database, vault, settings),
        oidc=OidcService(database, settings, sessions, live, notes),
        keys=KeyService(database, configs, settings.mfa == "required"),
        gateway=GatewayService(database, configs, ai, meter, limits, settings),
        mail=mail,
        live=live,
        overview=OverviewService(
            database, settings, live, vault, audit, lambda: supervisor.draining
        ),
        admin_usage=AdminUsageService(database),
        admin_audit=AdminAudit(database, settings, vault.signer),
        settings=SettingService(database, settings, live),
        invites=InviteService(database, settings),
        emails=EmailService(database, settings, mail),
        profile=ProfileService(database, files),
        threads=threads,
        configs=configs,
        connections=connections,
        models=ModelService(database, configs),
        choices=ChoiceService(database, configs),
        presets=PresetService(database, configs),
        folders=FolderService(database, live.retention),
        trials=trials,
        shared=shared,
        shared_trials=SharedTrials(shared, trials, configs),
        operator_caps=OperatorCaps(database),
        groups=GroupService(database),
        conversations=ConversationService(database, configs, live.retention, hints.everywhere),
        messages=MessageService(database, live.retention),
        files=files,
        transfer=TransferService(database, files, usage),
        imports=imports,
        sharing=sharing,
        search=SearchService(database),
        reader=reader,
        bringing=bringing,
        jobs=lanes,
        channels=channels,
        supervisor=supervisor,
        follower=follower,
        publisher=publisher,
        lease=process,
        reaper=Reaper(
            *(database, process, lease, settings.finished_reply_seconds),
            answers_for=lambda: supervisor.answers_for,
        ),
        chat=ChatService(
            *(database, ai, configs, ended, supervisor, follower, hints),
            *(limits, reservations, live.retention),
        ),
        caps=CapService(database, configs, limits),
        reservations=reservations,
        usage=usage,
        fold=fold,
        purger=Purger(
            database,
            retention,
            sweep,
            deleted=(purge_messages, purge_reports),
            over=(
                *(purge_invites, purge_links, purge_challenges),
                *(purge_sent, purge_steps, purge_logouts),
            ),
        ),
        sole_user=SoleUser(settings.database),
        backups=ScheduledBackups(settings),
        audit=audit,
        drain_seconds=settings.drain_seconds,
    )
