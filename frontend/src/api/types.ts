/** The names that the page uses for what goes over the wire; schema.ts is made from the server's own. */
import type { ContinueReply, EditMessage, RegenerateReply, SendMessage } from "./schema";

export type {
  AuditEventRead as AuditEvent,
  ClientEvent,
  ConfigOptions,
  ConnectionRead as Connection,
  Me as Account,
  MessagePage,
  MessageRead as Message,
  ModelRead as Model,
  Options as ServerOptions,
  PresetRead as Preset,
  ReplyParams,
  ServerEvent,
  SessionRead as Device,
  Token,
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
}

/** A request for a reply; named by the page, so that it is safe to send again. */
export type ReplyRequest = (SendMessage | EditMessage | RegenerateReply | ContinueReply) & { client_id: string };
