/** What goes over the wire. Made by scripts/generate_types.py; not to be edited. */

/** `DELETE /auth/me`; without `password` where the account has none. */
export interface AccountDeletion {
  password?: string | null;
}

/** An event. `username`: of the account that it is about, where it is still there. `detail` depends on the action, and holds nothing that anybody wrote. */
export interface AdminAuditEvent {
  id: number;
  at: string;
  user_id: number | null;
  username: string | null;
  action: string;
  outcome: string;
  address: string | null;
  detail: Record<string, unknown>;
}

/** `GET /admin/audit`: the newest first; without `next_cursor` it is the last page. */
export interface AdminAuditPage {
  events: AdminAuditEvent[];
  next_cursor: string | null;
}

/** A cap of the operator's. `used` is null for one that each user has for themselves. */
export interface AdminCap {
  id: number;
  scope: "everyone" | "group" | "user" | "key";
  user: UserNamed | null;
  group: GroupNamed | null;
  connection: ConnectionNamed | null;
  model: ModelNamed | null;
  period: "day" | "month";
  unit: "messages" | "tokens" | "nano_usd";
  amount: number;
  warn_percent: number;
  used: number | null;
  resets_at: string;
}

/** Every cap of the operator's, the oldest first. */
export interface AdminCapList {
  caps: AdminCap[];
}

/** `GET /admin/usage`: from the first day to the last (UTC), both included. `total` is about all pages. */
export interface AdminUsage {
  from: string;
  to: string;
  by: "user" | "model" | "connection" | "day" | "group";
  rows: AdminUsageRow[];
  total: AdminUsageRow;
  next_cursor: string | null;
}

/** Sums of one user, model, connection, day or group. An empty `key`: accounts that are gone, or who is in no group. Whoever is in several groups is counted in each. */
export interface AdminUsageRow {
  key: string;
  label: string;
  split_key?: string | null;
  split_label?: string | null;
  attempts: number;
  prompt_tokens: number;
  cached_tokens: number;
  cache_write_tokens: number;
  completion_tokens: number;
  reasoning_tokens: number;
  cost_nano_usd: number | null;
  estimated: number;
  unpriced: number;
  messages: number;
}

/** An account. `deleted_until`: until then it can be restored. `avatar`: the picture's version, where there is one. */
export interface AdminUser {
  id: number;
  username: string;
  email: string;
  display_name: string | null;
  role: "user" | "admin";
  status: "active" | "disabled" | "pending" | "deleted";
  email_verified: boolean;
  created_at: string;
  last_login_at: string | null;
  deleted_until: string | null;
  groups: GroupNamed[];
  avatar: number | null;
}

/** `GET /admin/users/{id}`: also how many logins and conversations there are, and how much is stored. */
export interface AdminUserDetail {
  id: number;
  username: string;
  email: string;
  display_name: string | null;
  role: "user" | "admin";
  status: "active" | "disabled" | "pending" | "deleted";
  email_verified: boolean;
  created_at: string;
  last_login_at: string | null;
  deleted_until: string | null;
  groups: GroupNamed[];
  avatar: number | null;
  sessions: number;
  conversations: number;
  storage_bytes: number;
}

/** `GET /admin/users`; without `next_cursor` it is the last page. */
export interface AdminUserList {
  users: AdminUser[];
  next_cursor: string | null;
}

/** `PATCH /admin/users/{id}`: what is given changes. */
export interface AdminUserUpdate {
  role?: "user" | "admin" | null;
  enabled?: boolean | null;
  group_ids?: number[] | null;
}

/** What a credential has signed. */
export interface AssertionResponse {
  clientDataJSON: string;
  authenticatorData: string;
  signature: string;
  userHandle?: string | null;
}

/** How much may be uploaded, and how much a user has stored. */
export interface AttachmentLimits {
  used_bytes: number;
  quota_bytes: number;
  max_bytes: number;
  per_message: number;
  context_images: number;
}

/** A file that a message holds. `bytes` and the rest are of what is stored: pictures are drawn anew. What ends the list is left out where it means nothing. */
export interface AttachmentRead {
  id: number;
  name: string;
  type: string;
  bytes: number;
  width?: number | null;
  height?: number | null;
  pages?: number | null;
}

/** A file as its upload is answered; `tokens`: about how many a model is sent for it. */
export interface AttachmentUploaded {
  id: number;
  name: string;
  type: string;
  bytes: number;
  width?: number | null;
  height?: number | null;
  pages?: number | null;
  characters?: number | null;
  tokens: number;
}

/** Requests, the newest first; `next` is the cursor of those before them, null at the end. */
export interface AttemptPage {
  attempts: AttemptRead[];
  next: string | null;
}

/** One request that left for a model's server, or may have. Tokens of a running one are not known yet. */
export interface AttemptRead {
  id: number;
  started_at: string;
  purpose: "reply" | "title" | "trial" | "api" | "embedding";
  status: "running" | "complete" | "stopped" | "interrupted" | "failed" | "refused" | "unconfirmed";
  error_code: string | null;
  model_id: number | null;
  model_name: string;
  connection_id: number | null;
  connection_label: string | null;
  shared: boolean;
  key_id: number | null;
  conversation_id: number | null;
  message_id: number | null;
  first_token_ms: number | null;
  duration_ms: number | null;
  prompt_tokens: number | null;
  cached_tokens: number | null;
  cache_write_tokens: number | null;
  completion_tokens: number | null;
  reasoning_tokens: number | null;
  counted_by: "provider" | "estimate" | null;
  cost_nano_usd: number | null;
  price_source: "user" | "operator" | "provider" | "table" | "none" | null;
}

/** What a new credential says of itself. */
export interface AttestationResponse {
  clientDataJSON: string;
  attestationObject: string;
  transports?: string[];
}

/** Everything that is written down. Names are stable: they are read by programs. */
export type AuditAction = "account_created" | "account_deleted" | "account_disabled" | "account_enabled" | "account_approved" | "account_trashed" | "account_restored" | "role_changed" | "groups_changed" | "group_created" | "group_changed" | "group_removed" | "admin_refused" | "invite_created" | "invite_revoked" | "settings_changed" | "audit_verified" | "profile_changed" | "email_verified" | "email_change_begun" | "email_change_cancelled" | "email_changed" | "login" | "logout" | "logout_all" | "session_ended" | "password_checked" | "login_confirmed" | "password_changed" | "password_removed" | "password_reset" | "second_step" | "second_factor_added" | "second_factor_removed" | "second_factor_reset" | "passkey_added" | "passkey_renamed" | "passkey_removed" | "recovery_codes_made" | "recovery_code_used" | "reset_link_made" | "identity_linked" | "identity_unlinked" | "provider_logout" | "refresh_token_reused" | "ticket_reused" | "config_changed" | "config_removed" | "connection_created" | "connection_changed" | "connection_removed" | "connection_refreshed" | "connection_tried" | "grants_changed" | "caps_changed" | "model_url_refused" | "conversation_deleted" | "conversation_restored" | "message_deleted" | "message_restored" | "share_created" | "share_changed" | "share_ended" | "share_continued" | "import_started" | "import_ended" | "import_undone" | "key_created" | "key_changed" | "key_revoked" | "data_exported" | "foreign_object" | "rate_limited" | "events_dropped" | "keys_rotated" | "backup_made" | "backup_restored" | "audit_restarted";

/** An event as the user it is about sees it; `count` refusals of one kind are one event. `by_admin`: an administrator has done it. */
export interface AuditEventRead {
  id: number;
  at: string;
  action: string;
  outcome: string;
  address: string | null;
  request_id: string | null;
  count: number;
  session_id: number | null;
  conversation_id: number | null;
  host: string | null;
  key_changed: boolean | null;
  by_admin: boolean;
}

/** `GET /auth/audit`: newest first. */
export interface AuditPage {
  events: AuditEventRead[];
  has_more: boolean;
}

/** `POST /admin/audit/verify`: how many events are sealed, how many wait for it, how far the chain had been pruned, its last place and seal, and what is wrong with it. */
export interface AuditReport {
  sealed: number;
  unsealed: number;
  pruned: number;
  place: number;
  seal: string;
  findings: string[];
}

/** The use of a credential, as `toJSON()` of a browser's spells it. */
export interface AuthenticationCredential {
  id: string;
  rawId: string;
  type: "public-key";
  response: AssertionResponse;
}

/** `PUT /auth/me/avatar`: the version of the picture, which is another with each one. */
export interface AvatarRead {
  avatar: number;
}

/** What administrators want everybody to read, in both languages. */
export interface BannerRead {
  zh: string;
  en: string;
}

/** `POST /admin/caps`: of everyone together, of a group's members together, of one user or, without one, of each; of a connection or one of its models, or of all that is shared. */
export interface CapCreate {
  scope: "everyone" | "group" | "user";
  user_id?: number | null;
  group_id?: number | null;
  connection_id?: number | null;
  model_id?: number | null;
  period: "day" | "month";
  unit: "messages" | "tokens" | "nano_usd";
  amount: number;
  warn_percent?: number;
}

/** One's own caps, and those of the operator's that apply. */
export interface CapList {
  caps: CapRead[];
}

/** A cap, how much of it is used in the period that runs, and when the next one begins. `id` is null for the one of the server's settings. `left` is never below 0. `warning`: whether `warn_percent` of it are used. */
export interface CapRead {
  id: number | null;
  scope: "everyone" | "group" | "user" | "key";
  source: "operator" | "user" | "key";
  target: "all" | "shared" | "connection" | "model";
  connection_id: number | null;
  model_id: number | null;
  label: string | null;
  period: "day" | "month";
  unit: "messages" | "tokens" | "nano_usd";
  amount: number;
  warn_percent: number;
  used: number;
  left: number;
  warning: boolean;
  resets_at: string;
}

/** A cap that somebody sets for themselves. */
export interface CapSet {
  target: "all" | "shared" | "connection" | "model";
  connection_id?: number | null;
  model_id?: number | null;
  period: "day" | "month";
  unit: "messages" | "tokens" | "nano_usd";
  amount: number;
  warn_percent?: number;
}

/** A cap of which `warn_percent` are used, in `done`. */
export interface CapWarning {
  source: "operator" | "user" | "key";
  period: "day" | "month";
  unit: "messages" | "tokens" | "nano_usd";
  amount: number;
  left: number;
  resets_at: string;
}

/** `PUT /usage/caps`: all that somebody sets for themselves, in place of what there was. */
export interface CapsUpdate {
  caps: CapSet[];
}

/** `PATCH /auth/me`: what is given changes, null clears. */
export interface ChoicesUpdate {
  display_name?: string | null;
  default_model_id?: number | null;
  title_model_id?: number | null;
  custom_instructions?: string | null;
}

/** More of the reply; `id` is the cursor after exactly this text. */
export interface ChunkEvent {
  type: "chunk";
  content: string;
  message_id: number;
  id: string;
}

export type ClientEvent = SendMessage | EditMessage | RegenerateReply | ContinueReply | StopReply | Ping;

/** What somebody can choose from: the operator's model, and servers on this machine. */
export interface ConfigOptions {
  default_model: string | null;
  default_model_is_demo: boolean;
  local_hosts: LocalHost[];
}

/** `GET /auth/config`: everything but the key. */
export interface ConfigRead {
  model_url: string;
  model_name: string;
  configured_at: string;
}

/** `PUT /auth/config`; `api_key` may be left out where the URL stays the same. */
export interface ConfigUpdate {
  model_url: string;
  model_name: string;
  api_key?: string | null;
}

/** `POST /connections`; without a label it is called by its host. */
export interface ConnectionCreate {
  label?: string | null;
  model_url: string;
  api_key?: string | null;
}

/** A user's connections, the oldest first. */
export interface ConnectionList {
  connections: ConnectionRead[];
}

/** A connection of the operator's, by its slug and its label. */
export interface ConnectionNamed {
  id: number;
  slug: string;
  label: string;
}

/** A connection as its owner sees it; `key_tail`: the end of a key that is long enough. */
export interface ConnectionRead {
  id: number;
  slug: string;
  label: string;
  model_url: string;
  key_tail: string | null;
  enabled: boolean;
  created_at: string;
  updated_at: string;
}

/** `POST /connections/{id}/test`. */
export interface ConnectionTry {
  model_name: string;
}

/** `PATCH /connections/{id}`: what is given changes; another URL needs its key. */
export interface ConnectionUpdate {
  label?: string | null;
  model_url?: string | null;
  api_key?: string | null;
  enabled?: boolean | null;
}

/** What one request sends to a model; what is named last is left out where there is none. `messages` of the conversation, from `first_message_id` to `last_message_id`; without these two where it is a draft alone. `params`: as sent; `params_left_out`: set and not sent. `estimated_tokens`: of the whole prompt, by the estimate that it was cut by; `usage`: what the model's server counted for this run. */
export interface ContextRead {
  model_name: string;
  messages: number;
  left_out: LeftOutMessages[];
  params_left_out: LeftOutRead[];
  estimated_tokens: number;
  run?: number | null;
  connection_label?: string | null;
  first_message_id?: number | null;
  last_message_id?: number | null;
  system_prompt?: string | null;
  params?: ParamsRead | null;
  usage?: TokensRead | null;
  attachments?: SentAttachment[] | null;
}

/** Have the model go on in a reply that was broken off. */
export interface ContinueReply {
  type: "continue";
  message_id: number;
  client_id?: string | null;
  model_id?: number | null;
  params?: ReplyParams | null;
}

/** A conversation of the reader's own that begins with what a link shows; `missing`: how many files there was no room for. */
export interface ContinuedConversation {
  id: number;
  title: string;
  created_at: string;
  missing: number;
}

/** `POST /conversations`; the body may be left out. */
export interface ConversationCreate {
  title?: string | null;
}

/** A new conversation. */
export interface ConversationCreated {
  id: number;
  title: string;
  created_at: string;
}

/** A conversation in a list; `message_count` counts the messages on the path shown. `has_system_prompt` is there where it has one, and then true; so are `pinned` and `archived`; `model_id` where one was chosen for it, `folder_id` where it is in one. Of a deleted one, when that was, and until when it can be restored. */
export interface ConversationItem {
  id: number;
  title: string;
  created_at: string;
  updated_at: string;
  message_count: number;
  has_system_prompt?: boolean | null;
  model_id?: number | null;
  pinned?: boolean | null;
  archived?: boolean | null;
  folder_id?: number | null;
  deleted_at?: string | null;
  restorable_until?: string | null;
}

/** One page, newest first, and how many there are in all. */
export interface ConversationList {
  conversations: ConversationItem[];
  total: number;
}

/** A conversation. `continued_from`, where there is one: the day of the shared conversation that it goes on with. */
export interface ConversationRead {
  id: number;
  title: string;
  created_at: string;
  updated_at: string;
  system_prompt?: string | null;
  model_id?: number | null;
  preset_id?: number | null;
  params?: ParamsRead | null;
  pinned?: boolean;
  archived?: boolean;
  folder_id?: number | null;
  continued_from?: string | null;
}

/** The links to a conversation that are good, newest first. */
export interface ConversationShares {
  shares: ShareRead[];
  preview: SharePreview;
}

/** `PATCH /conversations/{id}`: what is given changes; an empty `system_prompt` removes it. For the title and the instructions null changes nothing; for the rest it clears. An archived one is out of the list, and keeps its pin and its folder. */
export interface ConversationUpdate {
  title?: string | null;
  system_prompt?: string | null;
  model_id?: number | null;
  preset_id?: number | null;
  params?: ReplyParams | null;
  pinned?: boolean | null;
  archived?: boolean | null;
  folder_id?: number | null;
}

export type CreationOptions = Record<string, unknown>;

/** The reply ended, by the model or by a person. */
export interface DoneEvent {
  type: "done";
  message_id: number;
  status: "complete" | "stopped";
  finish_reason: string;
  usage?: UsageRead;
  left_out?: (Record<string, unknown>)[];
  warning?: CapWarning;
  id: string;
}

/** Say something else instead of a message of one's own. */
export interface EditMessage {
  type: "edit";
  message_id: number;
  content: string;
  attachment_ids?: number[] | null;
  client_id?: string | null;
  model_id?: number | null;
  params?: ReplyParams | null;
}

/** `POST /auth/email`; without `password` where the account has none. */
export interface EmailChangeCreate {
  email: string;
  password?: string | null;
}

/** `done`: the address was changed; else the other one is still to confirm it. */
export interface EmailConfirmed {
  done: boolean;
}

/** What a link has behind its `#`. */
export interface EmailToken {
  token: string;
}

/** `POST /auth/config/models`: what is left out is as it is saved. */
export interface EndpointTry {
  model_url?: string | null;
  api_key?: string | null;
}

/** A request was refused (with its `client_id`), or, with `message_id`, a reply broke off. `retry_after`: in so many seconds the same request may be granted; `reason`: which of the causes of one code it was. */
export interface ErrorEvent {
  type: "error";
  message: string;
  code: string;
  message_id?: number;
  status?: "interrupted" | "failed";
  usage?: UsageRead;
  id?: string;
  client_id?: string;
  retry_after?: number;
  reason?: string;
}

/** Why a reply ended badly. */
export interface ErrorRead {
  code: string;
  message: string;
}

/** `detail` is for people, `code` for programs and never changes. `reason` tells the causes of one code apart, `fields` says which of a request are wrong, where there is something to tell. `second_factor` is the ticket of a login that wants a second factor. */
export interface ErrorResponse {
  detail: string;
  code: string;
  reason?: string | null;
  second_factor?: string | null;
  fields?: FieldError[] | null;
}

/** A message and its reply; `reply.status` says how the reply ended. */
export interface Exchange {
  message: MessageRead;
  reply: MessageRead;
}

/** Where an export can be fetched once, and for how many seconds. */
export interface ExportTicket {
  path: string;
  expires_in: number;
}

/** `GET /auth/factors`. `required`: this server lets nobody do more without a second factor than set one up. */
export interface FactorsRead {
  totp: boolean;
  passkeys: number;
  recovery_codes_left: number;
  required: boolean;
}

/** What is wrong with one field of a request. */
export interface FieldError {
  field: string;
  message: string;
}

/** Something that is to be mended, in the language of whoever reads it. */
export interface Finding {
  level: "warning" | "error";
  code: string;
  text: string;
}

/** `POST /folders`; without an order it is the last one. */
export interface FolderCreate {
  name: string;
  order?: number | null;
}

/** A user's folders, in their order. */
export interface FolderList {
  folders: FolderRead[];
}

/** A folder, and how many conversations in it are neither archived nor deleted. */
export interface FolderRead {
  id: number;
  name: string;
  order: number;
  conversation_count: number;
  created_at: string;
  updated_at: string;
}

/** `PATCH /folders/{id}`: what is given changes. */
export interface FolderUpdate {
  name?: string | null;
  order?: number | null;
}

/** A message on the path shown of a conversation; the snippet is a part of its text, from `snippet_start` on, and `ranges` say what was found in the snippet. */
export interface FoundMessage {
  conversation_id: number;
  title: string;
  message_id: number;
  sender: "user" | "ai";
  timestamp: string;
  archived: boolean;
  snippet: string;
  snippet_start: number;
  ranges: number[][];
}

/** A conversation whose title has all that was looked for. */
export interface FoundTitle {
  conversation_id: number;
  title: string;
  archived: boolean;
  ranges: number[][];
}

/** That a group may use a connection: these models of it, or all. */
export interface Grant {
  group_id: number;
  model_ids?: number[] | null;
}

/** A group that may use it; `model_ids` is null for all its models. */
export interface GrantRead {
  group_id: number;
  model_ids: number[] | null;
}

/** `PUT /admin/connections/{id}/grants`: all of them, in place of what there was. */
export interface GrantsUpdate {
  restricted: boolean;
  grants: Grant[];
}

/** `POST /admin/groups` and `PATCH /admin/groups/{id}`. */
export interface GroupForm {
  name: string;
}

/** Every group, by name. */
export interface GroupList {
  groups: GroupRead[];
}

/** A group, by its name. */
export interface GroupNamed {
  id: number;
  name: string;
}

/** A group, and how many are in it. */
export interface GroupRead {
  id: number;
  name: string;
  members: number;
  created_at: string;
}

/** All is well. */
export interface Health {
  status?: "ok";
}

/** `POST /auth/identities`. `return_to`: the address of the page to come back to. */
export interface IdentityCreate {
  provider: string;
  return_to?: string | null;
}

/** `GET /auth/identities`. */
export interface IdentityList {
  identities: IdentityRead[];
}

/** An account at a provider that logs in to the user's. `provider`: None where this server has no such provider any more. */
export interface IdentityRead {
  id: number;
  provider: string | null;
  label: string;
  issuer: string;
  created_at: string;
  last_login_at: string | null;
}

/** Items in the order of the file; where `cursor` is not null there are more. */
export interface ImportItemPage {
  items: ImportItemRead[];
  cursor?: string | null;
}

/** What became of one conversation of the file. `source_id`: its id there. What ends the list is left out where there is none. */
export interface ImportItemRead {
  source_id: string | null;
  title: string;
  result: "created" | "updated" | "unchanged" | "skipped" | "failed";
  notes: ImportNote[];
  why?: string | null;
  conversation_id?: number | null;
}

/** `GET /imports`: newest first, and how many bytes a file may have. */
export interface ImportList {
  imports: ImportRead[];
  has_more: boolean;
  max_bytes: number;
}

/** Something that an import did to a conversation beside copying it, and how often; of a file that is missing, its name, and why it is. */
export interface ImportNote {
  code: string;
  count: number;
  name?: string | null;
  why?: string | null;
}

/** An import, and how far it is: `done` of `total` conversations of its file, each with one of the five results, and `messages` that were added. What ends the list is left out where it is not known or not so: the length of the file in bytes, why it failed, how far it is undone. */
export interface ImportRead {
  id: number;
  name: string;
  status: "uploading" | "waiting" | "running" | "done" | "failed" | "cancelled";
  format: string | null;
  done: number;
  total?: number | null;
  created: number;
  updated: number;
  unchanged: number;
  skipped: number;
  failed: number;
  messages: number;
  created_at: string;
  ended_at: string | null;
  size?: number | null;
  why?: "encrypted" | "links" | "paths" | "nested" | "too_many_members" | "too_large" | "packed_otherwise" | "not_readable" | "not_recognised" | "unreadable" | "storage_full" | "expired" | "file_gone" | null;
  undo?: "running" | "done" | null;
}

/** `POST /admin/invites`: for so many accounts, for so many days. */
export interface InviteCreate {
  uses: number;
  expires_in_days: number;
  group_id?: number | null;
  note?: string | null;
}

/** A new invitation, the only time with its token: the server keeps a hash. */
export interface InviteCreated {
  id: number;
  prefix: string;
  uses: number;
  uses_left: number;
  group: GroupNamed | null;
  note: string | null;
  created_by: InviteMaker | null;
  created_at: string;
  expires_at: string;
  revoked_at: string | null;
  state: "open" | "used" | "expired" | "revoked";
  token: string;
  url: string;
}

/** `GET /admin/invites`: the newest first; those that are over are kept for 30 days. */
export interface InviteList {
  invites: InviteRead[];
}

/** Who made an invitation. */
export interface InviteMaker {
  id: number;
  username: string;
}

/** An invitation as administrators see it, known by its `prefix`. Its accounts become members of `group`. `created_by` is null for the command line, and for somebody who is gone. */
export interface InviteRead {
  id: number;
  prefix: string;
  uses: number;
  uses_left: number;
  group: GroupNamed | null;
  note: string | null;
  created_by: InviteMaker | null;
  created_at: string;
  expires_at: string;
  revoked_at: string | null;
  state: "open" | "used" | "expired" | "revoked";
}

export type JsonValue = unknown;

/** How much may be used by one key; each request counts as a message. */
export interface KeyCap {
  period: "day" | "month";
  unit: "messages" | "tokens" | "nano_usd";
  amount: number;
}

/** A key's cap in the period that runs. `left` is never below 0. */
export interface KeyCapRead {
  period: "day" | "month";
  unit: "messages" | "tokens" | "nano_usd";
  amount: number;
  used: number;
  left: number;
  resets_at: string;
}

/** `POST /auth/keys`. Without `scopes` it has all of them, without `model_ids` it opens every model that its owner may use, without `expires_at` it is good until it is revoked. */
export interface KeyCreate {
  name: string;
  scopes?: ("models" | "chat" | "embeddings")[] | null;
  model_ids?: number[] | null;
  expires_at?: string | null;
  cap?: KeyCap | null;
}

/** A new key, the only time with all of it: the server keeps a hash. */
export interface KeyCreated {
  id: number;
  name: string;
  prefix: string;
  scopes: ("models" | "chat" | "embeddings")[];
  model_ids: number[] | null;
  expires_at: string | null;
  last_used_at: string | null;
  created_at: string;
  cap: KeyCapRead | null;
  key: string;
}

/** A user's keys, newest first, also those that have expired. */
export interface KeyList {
  keys: KeyRead[];
}

/** A key as its owner sees it, known by its `prefix`. */
export interface KeyRead {
  id: number;
  name: string;
  prefix: string;
  scopes: ("models" | "chat" | "embeddings")[];
  model_ids: number[] | null;
  expires_at: string | null;
  last_used_at: string | null;
  created_at: string;
  cap: KeyCapRead | null;
}

/** `PATCH /auth/keys/{id}`: what is given changes. Null clears `model_ids`, `expires_at` and `cap`. */
export interface KeyUpdate {
  name?: string | null;
  scopes?: ("models" | "chat" | "embeddings")[] | null;
  model_ids?: number[] | null;
  expires_at?: string | null;
  cap?: KeyCap | null;
}

/** How many messages were not sent, and why. `ids`: those after the first message that was sent, the newest of them where they are many; none of those that are not shown. */
export interface LeftOutMessages {
  reason: "budget" | "failed" | "hidden";
  count: number;
  ids: number[];
}

/** A parameter that was set and not sent, as the model's server does not take it, and why. */
export interface LeftOutRead {
  name: string;
  reason: string;
}

/** Where a model server on this machine usually listens, and whether it may be called. */
export interface LocalHost {
  host: string;
  allowed: boolean;
}

/** `POST /auth/login`. */
export interface LoginRequest {
  username_or_email: string;
  password: string;
}

/** The account that is logged in, and whether a message of theirs would be answered. `avatar`: the version of their picture; `pending_email`: an address that is still to be confirmed before it takes the place of theirs. */
export interface Me {
  id: number;
  username: string;
  email: string;
  created_at: string;
  role: "user" | "admin";
  display_name: string | null;
  avatar: number | null;
  email_verified: boolean;
  pending_email: string | null;
  has_config: boolean;
  has_password: boolean;
  second_factor_needed: boolean;
  can_chat: boolean;
  default_model: string | null;
  default_model_is_demo: boolean;
  default_model_left: number | null;
  default_model_daily: number | null;
  attachments_max_bytes: number;
  shares: "on" | "login" | "off";
  shares_expire_days: number;
  default_model_id: number | null;
  title_model_id: number | null;
  custom_instructions: string | null;
}

/** What was sent for a reply: a run for the reply and one for each time it was continued, the newest 20, oldest first. None where nothing was written down. */
export interface MessageContexts {
  message_id: number;
  runs: ContextRead[];
}

/** `POST /conversations/{id}/messages`, and what is said instead of a message of one's own: without `attachment_ids` that holds the files that the other one holds. */
export interface MessageCreate {
  model_id?: number | null;
  params?: ReplyParams | null;
  content: string;
  attachment_ids?: number[] | null;
}

/** Messages by ascending id; `has_more` says whether older ones exist, `has_newer` whether newer ones do. */
export interface MessagePage {
  messages: MessageRead[];
  has_more: boolean;
  has_newer?: boolean;
}

/** A message; what ends the list is left out where there is none. `model_id` and `connection_label`: which model wrote it, and what its connection was called then; `left_out`: parameters that were set and not sent; `attachments`: files that it holds. */
export interface MessageRead {
  id: number;
  sender: "user" | "ai";
  content: string;
  timestamp: string;
  status: "generating" | "complete" | "stopped" | "interrupted" | "failed";
  parent_id: number | null;
  version: number;
  versions: number;
  model_name: string | null;
  finish_reason: string | null;
  reasoning?: string | null;
  usage?: UsageRead | null;
  error?: ErrorRead | null;
  cursor?: string | null;
  model_id?: number | null;
  connection_label?: string | null;
  left_out?: LeftOutRead[] | null;
  attachments?: AttachmentRead[] | null;
}

/** Versions of a message by ascending id; `has_more` says whether older ones exist. */
export interface MessageVersions {
  versions: MessageRead[];
  has_more: boolean;
}

/** Where a model is. Of a shared one the operator's label alone, which is empty for the model of the server's settings. `slug`: what programs put before the model's name, with a slash between; of a shared one it begins with `@`. */
export interface ModelConnectionRead {
  id: number | null;
  slug: string;
  label: string;
  shared: boolean;
}

/** `POST /connections/{id}/models`: a model that the server's list has not. */
export interface ModelCreate {
  name: string;
}

/** Every model that a user may use, by connection. */
export interface ModelList {
  models: ModelRead[];
}

/** A model, by its name. */
export interface ModelNamed {
  id: number;
  name: string;
}

/** The models that an endpoint offers; none, and `error`, where it could not be asked. */
export interface ModelNames {
  models: string[];
  error: ErrorRead | null;
  suggested_url?: string | null;
}

/** A model; `price`: as whoever has its connection says; `gone`: the list of its server has it no longer, which may be wrong; `images`: whether pictures go to it as pictures. */
export interface ModelRead {
  id: number;
  name: string;
  label: string | null;
  connection: ModelConnectionRead;
  favourite: boolean;
  default: boolean;
  context_tokens: number | null;
  vision: boolean | null;
  images: boolean;
  price: PriceRead | null;
  gone: boolean;
}

/** `POST /auth/config/test`: what is left out is as it is saved. */
export interface ModelTry {
  model_url?: string | null;
  api_key?: string | null;
  model_name?: string | null;
}

/** `PATCH /models/{id}`: what is given changes; null clears all but `favourite`. */
export interface ModelUpdate {
  favourite?: boolean | null;
  label?: string | null;
  context_tokens?: number | null;
  vision?: boolean | null;
  price?: Price | null;
}

/** A sentence for the reader. */
export interface Notice {
  message: string;
}

/** What this server offers to somebody who is not logged in yet. `registration`: in one of the `ways` people make their own accounts; `email_verification`: they log in once their address is confirmed; `passkeys`: browsers can use them here; `banner`: what everybody is to read; `providers`: accounts elsewhere by which people log in. */
export interface Options {
  registration: boolean;
  ways: "open" | "invite" | "approve" | "oidc" | "closed";
  providers: ProviderRead[];
  email_verification: boolean;
  passkeys: boolean;
  banner: BannerRead | null;
  default_model: boolean;
  default_model_is_demo: boolean;
  version: string;
}

/** `GET /admin/overview`: of this process, and of what all of them share. */
export interface Overview {
  version: string;
  users: UserCounts;
  days: OverviewDay[];
  health: OverviewHealth;
  findings: Finding[];
}

/** One day (UTC): what was used of all models, the money of the operator's alone; how many people used one, and how many accounts were made. `nano_usd` is null where nothing is known. */
export interface OverviewDay {
  day: string;
  messages: number;
  tokens: number;
  nano_usd: number | null;
  active_users: number;
  new_users: number;
}

/** As `GET /health/ready`. */
export interface OverviewHealth {
  status: "ok" | "draining";
}

/** Parameters as they are answered: those that are set. */
export interface ParamsRead {
  temperature?: number | null;
  top_p?: number | null;
  max_tokens?: number | null;
  stop?: string[] | null;
  seed?: number | null;
  presence_penalty?: number | null;
  frequency_penalty?: number | null;
  reasoning_effort?: string | null;
  extra?: Record<string, unknown> | null;
}

/** `POST /auth/login/passkey/options`: with the ticket of a right password where the passkey is to be its second step. `second_step`: a cookie has the ticket, as of who comes from a provider. */
export interface PasskeyAsked {
  ticket?: string | null;
  second_step?: boolean | null;
}

/** `POST /auth/passkeys`. */
export interface PasskeyCreate {
  challenge_id: string;
  name: string;
  credential: RegistrationCredential;
}

/** A new passkey, with recovery codes where it is the account's first second factor. */
export interface PasskeyCreated {
  id: number;
  name: string;
  created_at: string;
  last_used_at: string | null;
  synced: boolean;
  recovery_codes: string[] | null;
}

/** `POST /auth/passkeys/options`. */
export interface PasskeyCreationOptions {
  challenge_id: string;
  options: CreationOptions;
}

/** `POST /auth/login/passkey`, and what stands for a passkey elsewhere. */
export interface PasskeyGiven {
  challenge_id: string;
  credential: AuthenticationCredential;
}

/** `GET /auth/passkeys`. */
export interface PasskeyList {
  passkeys: PasskeyRead[];
}

/** A passkey as its owner sees it. `synced`: it was copied elsewhere, as by a password manager, when it was last used. */
export interface PasskeyRead {
  id: number;
  name: string;
  created_at: string;
  last_used_at: string | null;
  synced: boolean;
}

/** Answers `POST /auth/login/passkey/options`. */
export interface PasskeyRequestOptions {
  challenge_id: string;
  options: RequestOptions;
}

/** `PATCH /auth/passkeys/{id}`. */
export interface PasskeyUpdate {
  name: string;
}

/** `PUT /auth/password`; without `old_password` where the account has no password yet. */
export interface PasswordChange {
  old_password?: string | null;
  new_password: string;
}

/** `POST /auth/password/forgot`. */
export interface PasswordForgotten {
  email: string;
}

/** `POST /auth/password/reset`. */
export interface PasswordResetRequest {
  token: string;
  new_password: string;
}

/** Ask for a pong. */
export interface Ping {
  type: "ping";
}

/** The answer to a ping. */
export interface PongEvent {
  type: "pong";
}

/** `POST /presets`. */
export interface PresetCreate {
  name: string;
  model_id?: number | null;
  system_prompt?: string | null;
  params?: ReplyParams | null;
}

/** A user's presets, by name. */
export interface PresetList {
  presets: PresetRead[];
}

/** A preset. Its model may be gone by now. */
export interface PresetRead {
  id: number;
  name: string;
  model_id: number | null;
  system_prompt: string | null;
  params: ParamsRead | null;
  created_at: string;
  updated_at: string;
}

/** `PATCH /presets/{id}`: what is given changes; null clears all but the name. */
export interface PresetUpdate {
  name?: string | null;
  model_id?: number | null;
  system_prompt?: string | null;
  params?: ReplyParams | null;
}

/** Prices of a million tokens in US dollars. What is left out: cached tokens and those written to a cache cost what other tokens of a prompt do, reasoning what other tokens of a reply do. */
export interface Price {
  prompt: number | string;
  completion: number | string;
  cached?: number | string | null;
  cache_write?: number | string | null;
  reasoning?: number | string | null;
}

/** Prices of a million tokens in US dollars, as decimals. */
export interface PriceRead {
  prompt: string;
  completion: string;
  cached?: string | null;
  cache_write?: string | null;
  reasoning?: string | null;
}

/** Where the browser is to go. */
export interface ProviderAddress {
  url: string;
}

/** A provider to log in by, and what its button says. */
export interface ProviderRead {
  slug: string;
  label: string;
}

/** A QR code as the path of an SVG that is `size` by `size`, its quiet zone included. */
export interface QrCode {
  size: number;
  path: string;
}

/** More of what the model thinks before it answers. */
export interface ReasoningEvent {
  type: "reasoning";
  content: string;
  message_id: number;
  id: string;
}

/** `POST /auth/reauthenticate`: one way in which the account logs in; with the second factor where it has one. `provider`: they go there and come back to `return_to`. */
export interface Reauthentication {
  code?: string | null;
  recovery_code?: string | null;
  password?: string | null;
  passkey?: PasskeyGiven | null;
  provider?: string | null;
  return_to?: string | null;
}

/** Codes that each stand once for the second factor. They are told this once. */
export interface RecoveryCodes {
  recovery_codes: string[];
}

/** `POST /auth/refresh`; without a token the cookie's is used. */
export interface RefreshRequest {
  refresh_token?: string | null;
}

/** Have another reply written beside one. */
export interface RegenerateReply {
  type: "regenerate";
  message_id: number;
  client_id?: string | null;
  model_id?: number | null;
  params?: ReplyParams | null;
}

/** A new credential, as `toJSON()` of a browser's spells it. */
export interface RegistrationCredential {
  id: string;
  rawId: string;
  type: "public-key";
  response: AttestationResponse;
}

/** What a request for a reply may ask for this once: another model, other parameters. Of these null takes away what the conversation has set, and what is left out is as it has it. */
export interface ReplyOptions {
  model_id?: number | null;
  params?: ReplyParams | null;
}

/** Parameters of a reply; what is null or left out is not sent. `extra` is sent beside them. */
export interface ReplyParams {
  temperature?: number | null;
  top_p?: number | null;
  max_tokens?: number | null;
  stop?: string[] | null;
  seed?: number | null;
  presence_penalty?: number | null;
  frequency_penalty?: number | null;
  reasoning_effort?: string | null;
  extra?: Record<string, unknown> | null;
}

export type RequestOptions = Record<string, unknown>;

/** One page, newest first; `titles`, 5 at most, on the first one only. Where `cursor` is not null there may be more, also behind a page with few results or none. */
export interface SearchResults {
  results: FoundMessage[];
  titles: FoundTitle[];
  cursor?: string | null;
}

/** `POST /auth/login/second`: the ticket that the password got, and one of the three. Without `ticket` the cookie's is used, which somebody has who comes from a provider. */
export interface SecondLogin {
  code?: string | null;
  recovery_code?: string | null;
  ticket?: string | null;
  passkey?: PasskeyGiven | null;
}

/** Say something; a `client_id` makes it idempotent. */
export interface SendMessage {
  type: "message";
  content: string;
  attachment_ids?: number[] | null;
  client_id?: string | null;
  model_id?: number | null;
  params?: ReplyParams | null;
}

/** A file of the messages that were sent, and how it was: of a picture or a document its name alone where there is a `reason`; of a document so many `characters`, of `of_characters`. */
export interface SentAttachment {
  id: number;
  name: string;
  sent_as: "image" | "text" | "name";
  reason?: "vision" | "older" | "budget" | "gone" | null;
  characters?: number | null;
  of_characters?: number | null;
}

export type ServerEvent = StartEvent | ReasoningEvent | ChunkEvent | DoneEvent | ErrorEvent | TitleEvent | SwitchedEvent | PongEvent;

/** `GET /auth/sessions`. */
export interface SessionList {
  sessions: SessionRead[];
}

/** A session as its owner sees it. */
export interface SessionRead {
  id: number;
  device: string;
  address: string;
  created_at: string;
  last_used_at: string;
  current: boolean;
}

/** `GET /admin/settings`. */
export interface SettingList {
  settings: SettingRead[];
}

/** A setting: the value that holds, from where, what the environment says (null: nothing), and what it is where nobody says anything. */
export interface SettingRead {
  name: "registration" | "require_verified_email" | "banner_zh" | "banner_en" | "retention_days" | "default_model_daily_messages" | "shares";
  value: string | number | boolean | null;
  source: "environment" | "stored" | "default";
  environment: string | number | boolean | null;
  default: string | number | boolean | null;
}

/** `PATCH /admin/settings`: what is given changes, null takes a stored value away. */
export interface SettingsUpdate {
  registration?: "open" | "invite" | "approve" | "oidc" | "closed" | null;
  require_verified_email?: boolean | null;
  banner_zh?: string | null;
  banner_en?: string | null;
  retention_days?: number | null;
  default_model_daily_messages?: number | null;
  shares?: "on" | "login" | "off" | null;
}

/** `POST /conversations/{id}/shares`; the body may be left out. For `expires_at` null is never, and left out it is the operator's default. */
export interface ShareCreate {
  expires_at?: string | null;
  reasoning?: boolean;
  without?: number[];
}

/** A new link, the only time with its address: of the token in it the server keeps a hash. */
export interface ShareCreated {
  id: number;
  conversation_id: number;
  title: string;
  messages: number;
  reasoning: boolean;
  without: number[];
  views: number;
  outdated: boolean;
  created_at: string;
  updated_at: string;
  expires_at: string | null;
  url: string;
}

/** The links that are good, newest first; `has_more` says whether there are older ones. */
export interface ShareList {
  shares: ShareRead[];
  has_more: boolean;
}

/** What a link would show that is made now: how many messages, how the first and the last one begin, and what could be left out. */
export interface SharePreview {
  title: string;
  messages: number;
  first: string;
  last: string;
  models: string[];
  attachments: AttachmentRead[];
  has_reasoning: boolean;
}

/** A link as its owner sees it. `title` and `messages` are of what it shows, `updated_at` is when that was so; `outdated`: the conversation has gone on since, or shows another path. */
export interface ShareRead {
  id: number;
  conversation_id: number;
  title: string;
  messages: number;
  reasoning: boolean;
  without: number[];
  views: number;
  outdated: boolean;
  created_at: string;
  updated_at: string;
  expires_at: string | null;
}

/** `PATCH /shares/{id}`: what is given changes. `update`: show the conversation as it is now; for `expires_at` null is never. */
export interface ShareUpdate {
  update?: boolean;
  expires_at?: string | null;
  reasoning?: boolean | null;
  without?: number[] | null;
}

/** A file as a link shows it: without a name, under a number. What ends the list is left out where it means nothing. */
export interface SharedAttachment {
  number: number;
  type: string;
  bytes: number;
  width?: number | null;
  height?: number | null;
  pages?: number | null;
}

/** What a link shows, and the day of which it is. */
export interface SharedConversation {
  title: string;
  day: string;
  messages: SharedMessage[];
}

/** `POST /admin/connections`; `models`: named by hand. */
export interface SharedCreate {
  label?: string | null;
  base_url: string;
  api_key: string;
  models?: string[];
}

/** The operator's connections, the oldest first. */
export interface SharedList {
  connections: SharedRead[];
}

/** A message as a link shows it. What ends the list is left out where there is none. */
export interface SharedMessage {
  sender: "user" | "ai";
  content: string;
  model_name?: string | null;
  reasoning?: string | null;
  attachments?: SharedAttachment[] | null;
}

/** A model of it; `gone`: its server lists it no longer. */
export interface SharedModelRead {
  id: number;
  name: string;
  gone: boolean;
}

/** A connection of the operator's; `restricted`: only groups with a grant may use it. */
export interface SharedRead {
  id: number;
  slug: string;
  label: string;
  base_url: string;
  key_tail: string | null;
  shared: boolean;
  source: string;
  models: SharedModelRead[];
  restricted: boolean;
  grants: GrantRead[];
}

/** `POST /admin/connections/{id}/test`. */
export interface SharedTry {
  model_name: string;
}

/** `PATCH /admin/connections/{id}`: what is given changes; another URL needs its key. */
export interface SharedUpdate {
  label?: string | null;
  base_url?: string | null;
  api_key?: string | null;
  shared?: boolean | null;
}

/** Opens a reply. Without `resumed` the reader starts that message afresh. */
export interface StartEvent {
  type: "start";
  message: MessageRead;
  user_message: MessageRead;
  client_id?: string;
  resumed?: boolean;
}

/** End the running reply and keep what was said. */
export interface StopReply {
  type: "stop";
}

/** Other versions are shown now, down to this message: the history is to be read again. Null: no message is left. */
export interface SwitchedEvent {
  type: "switched";
  message_id: number | null;
}

/** What opens one socket in an access token's place, and for how many seconds. */
export interface Ticket {
  ticket: string;
  expires_in: number;
}

/** The conversation has a new title. */
export interface TitleEvent {
  type: "title";
  title: string;
}

/** An access token and what renews it, and for how many seconds each is good. */
export interface Token {
  access_token: string;
  token_type?: "bearer";
  expires_in: number;
  refresh_token: string;
  refresh_expires_in: number;
}

/** Tokens as a model's server counted them. */
export interface TokensRead {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
}

/** `POST /auth/totp`: what an authenticator app takes; not in use before a code confirms it. */
export interface TotpBegun {
  secret: string;
  uri: string;
  qr: QrCode;
}

/** `POST /auth/totp/confirm`. */
export interface TotpConfirmation {
  code: string;
}

/** Why a model did not answer; `reason` as in ErrorResponse. */
export interface TrialErrorRead {
  code: string;
  message: string;
  reason?: string | null;
}

/** Whether a model answers, after how many seconds, and else why not. */
export interface TryResult {
  ok: boolean;
  error: TrialErrorRead | null;
  reply_seconds: number | null;
  suggested_url?: string | null;
}

/** Over all runs of a reply, and in nano-USD what all its requests cost; that is left out where it is not known. `estimated`: tokens of some run are no count of the server's. */
export interface UsageRead {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  cost_nano_usd?: number | null;
  estimated?: true | null;
}

/** Sums over requests. `key` says which, and `label` what it is called: a day, a model, a connection; `split_…` the same of its parts, where the answer is split. `estimated`: how many of the requests have estimated tokens; `unpriced`: of how many nobody knows the price, which `cost_nano_usd` is without. */
export interface UsageRow {
  key: string;
  label: string;
  split_key?: string | null;
  split_label?: string | null;
  attempts: number;
  prompt_tokens: number;
  cached_tokens: number;
  cache_write_tokens: number;
  completion_tokens: number;
  reasoning_tokens: number;
  cost_nano_usd: number | null;
  estimated: number;
  unpriced: number;
}

/** `GET /usage`: from the first day to the last, both included, in the time zone `tz`. */
export interface UsageSummary {
  from: string;
  to: string;
  tz: string;
  by: "day" | "model" | "connection" | "key";
  rows: UsageRow[];
}

/** How many accounts there are of each status. */
export interface UserCounts {
  active: number;
  disabled: number;
  pending: number;
  deleted: number;
}

/** `POST /auth/register`. `invite`: what the link of an invitation has behind its `#`. */
export interface UserCreate {
  username: string;
  email: string;
  password: string;
  invite?: string | null;
}

/** A user, by their name. */
export interface UserNamed {
  id: number;
  username: string;
}

/** An account as its owner sees it. */
export interface UserRead {
  id: number;
  username: string;
  email: string;
  created_at: string;
}

/** What each call takes and answers; those that answer something else than JSON are not here. */
export interface Calls {
  "GET /auth/options": { answer: Options };
  "POST /auth/register": { body: UserCreate; answer: UserRead };
  "POST /auth/login": { body: LoginRequest; answer: Token };
  "GET /auth/me": { answer: Me };
  "DELETE /auth/me": { body?: AccountDeletion; answer: void };
  "PATCH /auth/me": { body: ChoicesUpdate; answer: Me };
  "GET /auth/audit": { params?: { limit?: number; before_id?: number }; answer: AuditPage };
  "POST /auth/refresh": { body?: RefreshRequest; answer: Token };
  "POST /auth/logout": { answer: void };
  "POST /auth/logout-all": { answer: void };
  "GET /auth/sessions": { answer: SessionList };
  "DELETE /auth/sessions/{id}": { params: { id: number }; answer: void };
  "POST /auth/ws-ticket": { answer: Ticket };
  "PUT /auth/password": { body: PasswordChange; answer: void };
  "DELETE /auth/password": { answer: void };
  "POST /auth/reauthenticate": { body: Reauthentication; answer: ProviderAddress };
  "POST /auth/password/forgot": { body: PasswordForgotten; answer: void };
  "POST /auth/password/reset": { body: PasswordResetRequest; answer: void };
  "GET /auth/oidc/{slug}/start": { params: { slug: string; return_to?: string }; answer: void };
  "GET /auth/oidc/{slug}/callback": { params: { slug: string; state?: string; code?: string; iss?: string; error?: string }; answer: void };
  "POST /auth/oidc/{slug}/logout": { params: { slug: string }; body: Blob; answer: void };
  "GET /auth/identities": { answer: IdentityList };
  "POST /auth/identities": { body: IdentityCreate; answer: ProviderAddress };
  "DELETE /auth/identities/{id}": { params: { id: number }; answer: void };
  "GET /auth/config": { answer: ConfigRead };
  "PUT /auth/config": { body: ConfigUpdate; answer: Notice };
  "DELETE /auth/config": { answer: void };
  "GET /auth/config/options": { answer: ConfigOptions };
  "POST /auth/config/models": { body?: EndpointTry; answer: ModelNames };
  "POST /auth/config/test": { body?: ModelTry; answer: TryResult };
  "POST /conversations": { body?: ConversationCreate; answer: ConversationCreated };
  "GET /conversations": { params?: { limit?: number; offset?: number; before?: string; before_id?: number; archived?: boolean; pinned?: boolean; deleted?: boolean; folder_id?: number }; answer: ConversationList };
  "GET /conversations/{id}": { params: { id: number }; answer: ConversationRead };
  "PATCH /conversations/{id}": { params: { id: number }; body: ConversationUpdate; answer: ConversationRead };
  "DELETE /conversations/{id}": { params: { id: number }; answer: void };
  "POST /conversations/{id}/restore": { params: { id: number }; answer: ConversationRead };
  "POST /export/ticket": { answer: ExportTicket };
  "GET /conversations/{id}/messages": { params: { id: number; limit?: number; before_id?: number; after_id?: number; around_id?: number }; answer: MessagePage };
  "POST /conversations/{id}/messages": { params: { id: number }; body: MessageCreate; answer: Exchange };
  "POST /conversations/{id}/context": { params: { id: number }; body: MessageCreate; answer: ContextRead };
  "POST /conversations/{id}/stop": { params: { id: number }; answer: void };
  "GET /connections": { answer: ConnectionList };
  "POST /connections": { body: ConnectionCreate; answer: ConnectionRead };
  "GET /connections/{id}": { params: { id: number }; answer: ConnectionRead };
  "PATCH /connections/{id}": { params: { id: number }; body: ConnectionUpdate; answer: ConnectionRead };
  "DELETE /connections/{id}": { params: { id: number }; answer: void };
  "POST /connections/{id}/refresh": { params: { id: number }; answer: ModelNames };
  "POST /connections/{id}/test": { params: { id: number }; body: ConnectionTry; answer: TryResult };
  "POST /connections/{id}/models": { params: { id: number }; body: ModelCreate; answer: ModelRead };
  "GET /models": { answer: ModelList };
  "PATCH /models/{id}": { params: { id: number }; body: ModelUpdate; answer: ModelRead };
  "GET /presets": { answer: PresetList };
  "POST /presets": { body: PresetCreate; answer: PresetRead };
  "PATCH /presets/{id}": { params: { id: number }; body: PresetUpdate; answer: PresetRead };
  "DELETE /presets/{id}": { params: { id: number }; answer: void };
  "GET /folders": { answer: FolderList };
  "POST /folders": { body: FolderCreate; answer: FolderRead };
  "PATCH /folders/{id}": { params: { id: number }; body: FolderUpdate; answer: FolderRead };
  "DELETE /folders/{id}": { params: { id: number }; answer: void };
  "GET /usage": { params?: { from?: string; to?: string; tz?: string; by?: "day" | "model" | "connection" | "key"; split?: "day" | "model" | "connection" | "key" }; answer: UsageSummary };
  "GET /usage/attempts": { params?: { limit?: number; cursor?: string; message_id?: number }; answer: AttemptPage };
  "GET /usage/caps": { answer: CapList };
  "PUT /usage/caps": { body: CapsUpdate; answer: CapList };
  "DELETE /messages/{id}": { params: { id: number }; answer: void };
  "POST /messages/{id}/restore": { params: { id: number }; answer: MessagePage };
  "POST /messages/{id}/branch": { params: { id: number }; answer: ConversationRead };
  "POST /messages/{id}/regenerate": { params: { id: number }; body?: ReplyOptions; answer: Exchange };
  "POST /messages/{id}/continue": { params: { id: number }; body?: ReplyOptions; answer: Exchange };
  "POST /messages/{id}/edit": { params: { id: number }; body: MessageCreate; answer: Exchange };
  "GET /messages/{id}/versions": { params: { id: number; limit?: number; before_id?: number }; answer: MessageVersions };
  "GET /messages/{id}/context": { params: { id: number }; answer: MessageContexts };
  "POST /messages/{id}/activate": { params: { id: number }; answer: MessagePage };
  "GET /attachments": { answer: AttachmentLimits };
  "PUT /attachments": { params?: { name?: string }; body: Blob; answer: AttachmentUploaded };
  "DELETE /attachments/{id}": { params: { id: number }; answer: void };
  "GET /search": { params: { q: string; limit?: number; cursor?: string }; answer: SearchResults };
  "GET /admin/users": { params?: { q?: string; status?: "active" | "disabled" | "pending" | "deleted"; group_id?: number; cursor?: string; limit?: number }; answer: AdminUserList };
  "GET /admin/users/{id}": { params: { id: number }; answer: AdminUserDetail };
  "PATCH /admin/users/{id}": { params: { id: number }; body: AdminUserUpdate; answer: AdminUser };
  "DELETE /admin/users/{id}": { params: { id: number }; answer: void };
  "POST /admin/users/{id}/restore": { params: { id: number }; answer: AdminUser };
  "POST /admin/users/{id}/approve": { params: { id: number }; answer: AdminUser };
  "POST /admin/users/{id}/end-sessions": { params: { id: number }; answer: void };
  "POST /admin/users/{id}/reset-link": { params: { id: number }; answer: void };
  "GET /admin/groups": { answer: GroupList };
  "POST /admin/groups": { body: GroupForm; answer: GroupRead };
  "PATCH /admin/groups/{id}": { params: { id: number }; body: GroupForm; answer: GroupRead };
  "DELETE /admin/groups/{id}": { params: { id: number }; answer: void };
  "GET /admin/groups/{id}/members": { params: { id: number; cursor?: string; limit?: number }; answer: AdminUserList };
  "PUT /admin/groups/{id}/members/{user_id}": { params: { id: number; user_id: number }; answer: void };
  "DELETE /admin/groups/{id}/members/{user_id}": { params: { id: number; user_id: number }; answer: void };
  "GET /admin/connections": { answer: SharedList };
  "POST /admin/connections": { body: SharedCreate; answer: SharedRead };
  "PATCH /admin/connections/{id}": { params: { id: number }; body: SharedUpdate; answer: SharedRead };
  "DELETE /admin/connections/{id}": { params: { id: number }; answer: void };
  "PUT /admin/connections/{id}/grants": { params: { id: number }; body: GrantsUpdate; answer: SharedRead };
  "POST /admin/connections/{id}/refresh": { params: { id: number }; answer: ModelNames };
  "POST /admin/connections/{id}/test": { params: { id: number }; body: SharedTry; answer: TryResult };
  "GET /admin/caps": { answer: AdminCapList };
  "POST /admin/caps": { body: CapCreate; answer: AdminCap };
  "DELETE /admin/caps/{id}": { params: { id: number }; answer: void };
  "GET /admin/invites": { answer: InviteList };
  "POST /admin/invites": { body: InviteCreate; answer: InviteCreated };
  "DELETE /admin/invites/{id}": { params: { id: number }; answer: void };
  "GET /admin/settings": { answer: SettingList };
  "PATCH /admin/settings": { body: SettingsUpdate; answer: SettingList };
  "GET /admin/overview": { answer: Overview };
  "GET /admin/usage": { params?: { from?: string; to?: string; by?: "user" | "model" | "connection" | "day" | "group"; cursor?: string; limit?: number }; answer: AdminUsage };
  "GET /admin/audit": { params?: { cursor?: number; user_id?: number; action?: AuditAction; outcome?: "ok" | "refused"; from?: string; to?: string; limit?: number }; answer: AdminAuditPage };
  "POST /admin/audit/verify": { answer: AuditReport };
  "POST /auth/email": { body: EmailChangeCreate; answer: void };
  "DELETE /auth/email": { answer: void };
  "POST /auth/email/confirm": { body: EmailToken; answer: EmailConfirmed };
  "POST /auth/email/cancel": { body: EmailToken; answer: void };
  "POST /auth/email/verify": { body: EmailToken; answer: void };
  "POST /auth/email/verification": { body?: LoginRequest; answer: void };
  "POST /auth/login/second": { body: SecondLogin; answer: Token };
  "GET /auth/factors": { answer: FactorsRead };
  "POST /auth/totp": { answer: TotpBegun };
  "DELETE /auth/totp": { answer: void };
  "POST /auth/totp/confirm": { body: TotpConfirmation; answer: RecoveryCodes };
  "POST /auth/recovery-codes": { answer: RecoveryCodes };
  "POST /auth/passkeys/options": { answer: PasskeyCreationOptions };
  "GET /auth/passkeys": { answer: PasskeyList };
  "POST /auth/passkeys": { body: PasskeyCreate; answer: PasskeyCreated };
  "PATCH /auth/passkeys/{id}": { params: { id: number }; body: PasskeyUpdate; answer: PasskeyRead };
  "DELETE /auth/passkeys/{id}": { params: { id: number }; answer: void };
  "POST /auth/login/passkey/options": { body?: PasskeyAsked; answer: PasskeyRequestOptions };
  "POST /auth/login/passkey": { body: PasskeyGiven; answer: Token };
  "GET /auth/keys": { answer: KeyList };
  "POST /auth/keys": { body: KeyCreate; answer: KeyCreated };
  "PATCH /auth/keys/{id}": { params: { id: number }; body: KeyUpdate; answer: KeyRead };
  "DELETE /auth/keys/{id}": { params: { id: number }; answer: void };
  "PUT /auth/me/avatar": { body: Blob; answer: AvatarRead };
  "DELETE /auth/me/avatar": { answer: void };
  "POST /conversations/{id}/shares": { params: { id: number }; body?: ShareCreate; answer: ShareCreated };
  "GET /conversations/{id}/shares": { params: { id: number }; answer: ConversationShares };
  "GET /shares": { params?: { limit?: number; before_id?: number; conversation_id?: number; message_id?: number }; answer: ShareList };
  "PATCH /shares/{id}": { params: { id: number }; body: ShareUpdate; answer: ShareRead };
  "DELETE /shares/{id}": { params: { id: number }; answer: void };
  "GET /s/{token}.json": { params: { token: string }; answer: SharedConversation };
  "POST /s/{token}/continue": { params: { token: string }; answer: ContinuedConversation };
  "PUT /imports": { params?: { name?: string }; body: Blob; answer: ImportRead };
  "GET /imports": { params?: { limit?: number; before_id?: number }; answer: ImportList };
  "PATCH /imports/{id}": { params: { id: number }; body: Blob; answer: ImportRead };
  "HEAD /imports/{id}": { params: { id: number }; answer: void };
  "GET /imports/{id}": { params: { id: number }; answer: ImportRead };
  "DELETE /imports/{id}": { params: { id: number }; answer: void };
  "GET /imports/{id}/items": { params: { id: number; limit?: number; cursor?: string; result?: "created" | "updated" | "unchanged" | "skipped" | "failed" }; answer: ImportItemPage };
  "POST /imports/{id}/undo": { params: { id: number }; answer: ImportRead };
  "GET /health/live": { answer: Health };
  "GET /health/ready": { answer: Health };
}
