/** The names that the page uses for what goes over the wire; schema.ts is made from the server's own. */
import type {
  AttachmentRead,
  AttachmentUploaded,
  ContinueReply,
  EditMessage,
  RegenerateReply,
  SendMessage,
} from "./schema";

export type {
  AdminAuditEvent,
  AdminCap,
  AdminUsage,
  AdminUsageRow,
  AdminUser,
  AdminUserDetail,
  AdminUserUpdate,
  AttachmentLimits,
  AuditAction,
  AuditEventRead as AuditEvent,
  AuditReport,
  CapCreate,
  CapRead as Cap,
  CapSet,
  CapWarning,
  ClientEvent,
  ConfigOptions,
  ConnectionRead as Connection,
  FactorsRead as Factors,
  FolderRead as Folder,
  FoundMessage,
  FoundTitle,
  Grant,
  GroupRead as Group,
  IdentityRead as Identity,
  InviteCreate,
  InviteCreated,
  InviteRead as Invite,
  KeyCreated,
  KeyRead as Key,
  Me as Account,
  MessagePage,
  MessageRead as Message,
  ModelNames,
  ModelRead as Model,
  Options as ServerOptions,
  Overview,
  OverviewDay,
  PasskeyAsked,
  PasskeyGiven as GivenPasskey,
  PasskeyRead as Passkey,
  PresetRead as Preset,
  Price,
  PriceRead,
  Reauthentication as Again,
  ReplyParams,
  ServerEvent,
  SessionRead as Device,
  SettingRead as Setting,
  SettingsUpdate,
  SharedRead as SharedConnection,
  ShareRead as Share,
  Token,
  TotpBegun,
  TryResult,
  UsageRow,
} from "./schema";

/** What the list needs of a conversation, from whichever answer it came. */
export interface Conversation {
  id: number;
  title: string;
  created_at: string;
  updated_at: string;
  /** Whether the model is given instructions in it. */
  has_system_prompt?: boolean | null;
  /** The model of its own that was chosen for it. */
  model_id?: number | null;
  pinned?: boolean | null;
  archived?: boolean | null;
  folder_id?: number | null;
  /** It goes on with what somebody showed by a link, as that was on this day. */
  continued_from?: string | null;
}

/** A request for a reply; named by the page, so that it is safe to send again. */
export type ReplyRequest = (SendMessage | EditMessage | RegenerateReply | ContinueReply) & { client_id: string };

/** A file of a message, or one that is to be: of that one more is known. */
export type Attachment = AttachmentRead & Partial<Pick<AttachmentUploaded, "characters">>;
