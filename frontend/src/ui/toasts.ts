/** Short notices at the edge of the page; at most one, and at most one thing to do about it. */
import { signal } from "@preact/signals";
import { explainError } from "../i18n";

const SECONDS = 8;

export interface Toast {
  text: string;
  action?: { label: string; run: () => void };
}

export const toast = signal<Toast | null>(null);
let timer: ReturnType<typeof setTimeout>;

export function notify(notice: Toast): void {
  toast.value = notice;
  clearTimeout(timer);
  timer = setTimeout(dismiss, SECONDS * 1000);
}

/** For a failure that has no place of its own on the page. */
export function tell(error: unknown): void {
  notify({ text: explainError(error) });
}

export function dismiss(): void {
  toast.value = null;
}
