/** What goes over the wire. Made by scripts/generate_types.py; not to be edited. */

/** `DELETE /auth/me`. */
export interface AccountDeletion {
  password: string;
}

/** An event as the user it is about sees it; `count` refusals of one kind are one event. */
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
}

/** `GET /auth/audit`: newest first. */
export interface AuditPage {
  events: AuditEventRead[];
  has_more: boolean;
}

/** `PATCH /auth/me`: what is given changes, null clears. */
export interface ChoicesUpdate {
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
  usage?: UsageRead | null;
}

/** Have the model go on in a reply that was broken off. */
export interface ContinueReply {
  type: "continue";
  message_id: number;
  client_id?: string | null;
  model_id?: number | null;
  params?: ReplyParams | null;
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

/** A conversation in a list; `message_count` counts the messages on the path shown. `has_system_prompt` is there where it has one, and then true; `model_id` where one was chosen for it. Of a deleted one, when that was, and until when it can be restored. */
export interface ConversationItem {
  id: number;
  title: string;
  created_at: string;
  updated_at: string;
  message_count: number;
  has_system_prompt?: boolean | null;
  model_id?: number | null;
  deleted_at?: string | null;
  restorable_until?: string | null;
}

/** One page, newest first, and how many there are in all. */
export interface ConversationList {
  conversations: ConversationItem[];
  total: number;
}

/** A conversation. */
export interface ConversationRead {
  id: number;
  title: string;
  created_at: string;
  updated_at: string;
  system_prompt?: string | null;
  model_id?: number | null;
  preset_id?: number | null;
  params?: ParamsRead | null;
}

/** `PATCH /conversations/{id}`: what is given changes; an empty `system_prompt` removes it. For the title and the instructions null changes nothing; for the rest it clears. */
export interface ConversationUpdate {
  title?: string | null;
  system_prompt?: string | null;
  model_id?: number | null;
  preset_id?: number | null;
  params?: ReplyParams | null;
}

/** The reply ended, by the model or by a person. */
export interface DoneEvent {
  type: "done";
  message_id: number;
  status: "complete" | "stopped";
  finish_reason: string;
  usage?: UsageRead;
  left_out?: (Record<string, unknown>)[];
  id: string;
}

/** Say something else instead of a message of one's own. */
export interface EditMessage {
  type: "edit";
  message_id: number;
  content: string;
  client_id?: string | null;
  model_id?: number | null;
  params?: ReplyParams | null;
}

/** `POST /auth/config/models`: what is left out is as it is saved. */
export interface EndpointTry {
  model_url?: string | null;
  api_key?: string | null;
}

/** A request was refused (with its `client_id`), or, with `message_id`, a reply broke off. `retry_after`: in so many seconds the same request may be granted. */
export interface ErrorEvent {
  type: "error";
  message: string;
  code: string;
  message_id?: number;
  status?: "interrupted" | "failed";
  id?: string;
  client_id?: string;
  retry_after?: number;
}

/** Why a reply ended badly. */
export interface ErrorRead {
  code: string;
  message: string;
}

/** `detail` is for people, `code` for programs and never changes. `reason` tells the causes of one code apart, `fields` says which of a request are wrong, where there is something to tell. */
export interface ErrorResponse {
  detail: string;
  code: string;
  reason?: string | null;
  fields?: FieldError[] | null;
}

/** A message and its reply; `reply.status` says how the reply ended. */
export interface Exchange {
  message: MessageRead;
  reply: MessageRead;
}

/** What is wrong with one field of a request. */
export interface FieldError {
  field: string;
  message: string;
}

/** All is well. */
export interface Health {
  status?: "ok";
}

export type JsonValue = unknown;

/** How many messages were not sent, and why: `budget` (the prompt had no room for them) or `failed` (replies without a word). `ids`: those after the first message that was sent, the newest of them where they are many. */
export interface LeftOutMessages {
  reason: "budget" | "failed";
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

/** The account that is logged in, and whether a message of theirs would be answered. */
export interface Me {
  id: number;
  username: string;
  email: string;
  created_at: string;
  has_config: boolean;
  can_chat: boolean;
  default_model: string | null;
  default_model_is_demo: boolean;
  default_model_left: number | null;
  default_model_daily: number | null;
  default_model_id: number | null;
  title_model_id: number | null;
  custom_instructions: string | null;
}

/** What was sent for a reply: a run for the reply and one for each time it was continued, the newest 20, oldest first. None where nothing was written down. */
export interface MessageContexts {
  message_id: number;
  runs: ContextRead[];
}

/** `POST /conversations/{id}/messages`. */
export interface MessageCreate {
  model_id?: number | null;
  params?: ReplyParams | null;
  content: string;
}

/** Messages by ascending id; `has_more` says whether older ones exist. */
export interface MessagePage {
  messages: MessageRead[];
  has_more: boolean;
}

/** A message; what ends the list is left out where there is none. `model_id` and `connection_label`: which model wrote it, and what its connection was called then; `left_out`: parameters that were set and not sent. */
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
}

/** Versions of a message by ascending id; `has_more` says whether older ones exist. */
export interface MessageVersions {
  versions: MessageRead[];
  has_more: boolean;
}

/** Where a model is. Of a shared one the operator's label alone, which is empty for the model of the server's settings. */
export interface ModelConnectionRead {
  id: number | null;
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

/** The models that an endpoint offers; none, and `error`, where it could not be asked. */
export interface ModelNames {
  models: string[];
  error: ErrorRead | null;
  suggested_url?: string | null;
}

/** A model; `gone`: the list of its server has it no longer, which may be wrong. */
export interface ModelRead {
  id: number;
  name: string;
  label: string | null;
  connection: ModelConnectionRead;
  favourite: boolean;
  default: boolean;
  context_tokens: number | null;
  vision: boolean | null;
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
}

/** A sentence for the reader. */
export interface Notice {
  message: string;
}

/** What this server offers to somebody who is not logged in yet. */
export interface Options {
  registration: boolean;
  default_model: boolean;
  default_model_is_demo: boolean;
  version: string;
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

/** `PUT /auth/password`. */
export interface PasswordChange {
  old_password: string;
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

/** More of what the model thinks before it answers. */
export interface ReasoningEvent {
  type: "reasoning";
  content: string;
  message_id: number;
  id: string;
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

/** Say something; a `client_id` makes it idempotent. */
export interface SendMessage {
  type: "message";
  content: string;
  client_id?: string | null;
  model_id?: number | null;
  params?: ReplyParams | null;
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

/** Other versions are shown now, down to this message: the history is to be read again. */
export interface SwitchedEvent {
  type: "switched";
  message_id: number;
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

/** Tokens as the endpoint counted them, over all runs of a reply. */
export interface UsageRead {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
}

/** `POST /auth/register`. */
export interface UserCreate {
  username: string;
  email: string;
  password: string;
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
  "DELETE /auth/me": { body: AccountDeletion; answer: void };
  "PATCH /auth/me": { body: ChoicesUpdate; answer: Me };
  "GET /auth/audit": { params?: { limit?: number; before_id?: number }; answer: AuditPage };
  "POST /auth/refresh": { body?: RefreshRequest; answer: Token };
  "POST /auth/logout": { answer: void };
  "POST /auth/logout-all": { answer: void };
  "GET /auth/sessions": { answer: SessionList };
  "DELETE /auth/sessions/{id}": { params: { id: number }; answer: void };
  "POST /auth/ws-ticket": { answer: Ticket };
  "PUT /auth/password": { body: PasswordChange; answer: void };
  "POST /auth/password/forgot": { body: PasswordForgotten; answer: void };
  "POST /auth/password/reset": { body: PasswordResetRequest; answer: void };
  "GET /auth/config": { answer: ConfigRead };
  "PUT /auth/config": { body: ConfigUpdate; answer: Notice };
  "DELETE /auth/config": { answer: void };
  "GET /auth/config/options": { answer: ConfigOptions };
  "POST /auth/config/models": { body?: EndpointTry; answer: ModelNames };
  "POST /auth/config/test": { body?: ModelTry; answer: TryResult };
  "POST /conversations": { body?: ConversationCreate; answer: ConversationCreated };
  "GET /conversations": { params?: { limit?: number; offset?: number; before?: string; before_id?: number; deleted?: boolean }; answer: ConversationList };
  "GET /conversations/{id}": { params: { id: number }; answer: ConversationRead };
  "PATCH /conversations/{id}": { params: { id: number }; body: ConversationUpdate; answer: ConversationRead };
  "DELETE /conversations/{id}": { params: { id: number }; answer: void };
  "POST /conversations/{id}/restore": { params: { id: number }; answer: ConversationRead };
  "GET /conversations/{id}/messages": { params: { id: number; limit?: number; before_id?: number }; answer: MessagePage };
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
  "POST /messages/{id}/regenerate": { params: { id: number }; body?: ReplyOptions; answer: Exchange };
  "POST /messages/{id}/continue": { params: { id: number }; body?: ReplyOptions; answer: Exchange };
  "POST /messages/{id}/edit": { params: { id: number }; body: MessageCreate; answer: Exchange };
  "GET /messages/{id}/versions": { params: { id: number; limit?: number; before_id?: number }; answer: MessageVersions };
  "GET /messages/{id}/context": { params: { id: number }; answer: MessageContexts };
  "POST /messages/{id}/activate": { params: { id: number }; answer: MessagePage };
  "GET /health/live": { answer: Health };
  "GET /health/ready": { answer: Health };
}
