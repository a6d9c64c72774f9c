/** The names that the page uses for what goes over the wire; schema.ts is made from the server's own. */
import type { ContinueReply, EditMessage, MessageRead, RegenerateReply, SendMessage } from "./schema";

export type {
  AuditEventRead as AuditEvent,
  AuditPage,
  ClientEvent,
  ConfigRead as ModelConfig,
  ConversationList as ConversationPage,
  ConversationRead,
  ErrorRead as Failure,
  Me as Account,
  MessagePage,
  MessageRead as Message,
  MessageVersions,
  ModelNames,
  Options as ServerOptions,
  ServerEvent,
  SessionList,
  SessionRead as Device,
  Ticket,
  Token,
  TryResult,
} from "./schema";

export type MessageStatus = MessageRead["status"];

/** What the list needs of a conversation, from whichever answer it came. */
export interface Conversation {
  id: number;
  title: string;
  created_at: string;
  updated_at: string;
}

/** A request for a reply; named by the page, so that it is safe to send again. */
export type ReplyRequest = (SendMessage | EditMessage | RegenerateReply | ContinueReply) & { client_id: string };
