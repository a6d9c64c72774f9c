/**
 * A conversation, live, for as long as it is on the screen. The connection is made again whenever
 * it is lost, with growing pauses; before each connection the owner is asked for the cursor.
 */
import { signal } from "@preact/signals";
import { api, pause } from "./client";
import { ApiError } from "./http";
import { accessToken, tokenInUse } from "./session";
import type { ClientEvent, ServerEvent } from "./types";

const FIRST_PAUSE = 400;
const LONGEST_PAUSE = 15_000;
const PING_EVERY = 20_000;
const PONG_WITHIN = 8_000;
/** What a connection that died without a close code counts as (RFC 6455 section 7.1.5). */
const DEAD = 1006;
/** Not a code of the wire: the owner asked for another connection. */
const ANEW = 0;

export type Connection = "connecting" | "open" | "lost";

export interface Owner {
  /** Bring the history up to date; the cursor from which to follow, if a reply is running. */
  prepare(signal: AbortSignal): Promise<string | undefined>;
  onOpen(): void;
  onEvent(event: ServerEvent): void;
  onGone(): void;
}

export class ConversationSocket {
  readonly connection = signal<Connection>("connecting");
  private socket?: WebSocket;
  /** The access token that bought the ticket of this connection. */
  private token?: string;
  private readonly closed = new AbortController();
  private wake?: () => void;
  private end?: (code: number) => void;

  constructor(
    private readonly conversationId: number,
    private readonly owner: Owner,
  ) {
    const wake = () => this.tryNow();
    addEventListener("online", wake, { signal: this.closed.signal });
    addEventListener("visibilitychange", wake, { signal: this.closed.signal });
    void this.run();
  }

  /** False when there is no connection; nothing is queued here. */
  send(event: ClientEvent): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(event));
    return true;
  }

  /** Ends this connection for the next, so that the owner is asked again for what there is. */
  reconnect(): void {
    this.end?.(ANEW);
  }

  /** Ends the pause before the next attempt, if there is one. */
  tryNow(): void {
    this.wake?.();
  }

  close(): void {
    this.closed.abort();
    this.socket?.close();
  }

  private async run(): Promise<void> {
    let failures = 0;
    while (!this.closed.signal.aborted) {
      let wait = Math.min(FIRST_PAUSE * 2 ** failures, LONGEST_PAUSE) * (0.75 + Math.random() / 2);
      try {
        const cursor = await this.owner.prepare(this.closed.signal);
        const code = await this.connect(cursor, () => (failures = 0));
        if (this.closed.signal.aborted) return;
        if (code === ANEW) continue;
        if (code === 4401) await accessToken(this.token);
        if (code === 4404) return this.owner.onGone();
        if (code === 4429) wait = Math.max(wait, 5_000);
      } catch (error) {
        if (this.closed.signal.aborted) return;
        if (error instanceof ApiError && error.status === 404) return this.owner.onGone();
        if (error instanceof ApiError && error.status === 401) return;
        if (error instanceof ApiError) wait = Math.max(wait, error.retryAfter * 1000);
      }
      if (this.closed.signal.aborted) return;
      this.connection.value = "lost";
      failures += 1;
      await Promise.race([
        pause(wait, this.closed.signal).catch(() => undefined),
        new Promise<void>((resolve) => (this.wake = resolve)),
      ]);
    }
  }

  /** Resolves with the close code once the connection has ended. */
  private async connect(cursor: string | undefined, opened: () => void): Promise<number> {
    const signal = this.closed.signal;
    const { ticket } = await api("POST /auth/ws-ticket", { signal });
    this.token = tokenInUse();
    const address = new URL(`/ws/conversations/${this.conversationId}`, location.href);
    address.protocol = location.protocol.replace("http", "ws");
    address.searchParams.set("token", ticket);
    if (cursor) address.searchParams.set("last_event_id", cursor);
    const socket = new WebSocket(address);
    this.socket = socket;
    return new Promise((resolve) => {
      const end = (code: number) => {
        this.end = undefined;
        heartbeat.end();
        removeEventListener("offline", lost);
        socket.onmessage = socket.onclose = null;
        socket.close();
        resolve(code);
      };
      // The browser waits long for a goodbye over a dead network; a reader should not.
      const lost = () => end(DEAD);
      const heartbeat = this.heartbeat(lost);
      this.end = end;
      addEventListener("offline", lost);
      socket.onopen = () => {
        if (signal.aborted) return end(DEAD);
        opened();
        this.connection.value = "open";
        this.owner.onOpen();
      };
      socket.onmessage = ({ data }) => {
        heartbeat.seen();
        if (!signal.aborted) this.owner.onEvent(JSON.parse(data as string) as ServerEvent);
      };
      socket.onclose = ({ code }) => end(code);
    });
  }

  /**
   * Finds a connection that is dead but not closed. A hidden page has its timers once a minute, so
   * that it is not the time without an event that tells, but a ping that nothing came after.
   */
  private heartbeat(lost: () => void) {
    let last = Date.now();
    let asked = false;
    const timer = setInterval(() => {
      const silent = Date.now() - last;
      if (asked && silent >= PONG_WITHIN) return lost();
      if (asked || silent < PING_EVERY) return;
      this.send({ type: "ping" });
      last = Date.now();
      asked = true;
    }, PONG_WITHIN / 2);
    const seen = () => {
      last = Date.now();
      asked = false;
    };
    return { seen, end: () => clearInterval(timer) };
  }
}
