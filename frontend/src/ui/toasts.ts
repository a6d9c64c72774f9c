/** Short notices at the edge of the page, the newest last; each goes by itself after a while. */
import { signal } from "@preact/signals";
import { explainError } from "../i18n";

const SECONDS = 8;
/** Newer ones push the oldest out: the page behind them stays to be seen. */
const MOST = 4;

interface ToastAction {
  label: string;
  run: () => void;
}

export interface Toast {
  text: string;
  /** What it says something about: the next about the same takes its place. */
  about?: string;
  action?: ToastAction;
  /** Something else that can be done about it. */
  also?: ToastAction;
  /** Its action takes back what was just done, as Ctrl Z does. */
  undoes?: boolean;
  /** Until it is closed: it cannot be found again elsewhere. */
  stays?: boolean;
  key?: number;
}

export const toasts = signal<Toast[]>([]);
let made = 0;

/** The same text again takes the place of the first. */
export function notify(notice: Toast): void {
  const isOld = ({ text, about, undoes }: Toast) => (about ? about === notice.about : text === notice.text && !undoes);
  const others = toasts.value.filter((toast) => !isOld(toast));
  notice.key = ++made;
  toasts.value = [...others, notice].slice(-MOST);
  if (!notice.stays) setTimeout(() => leave(notice), SECONDS * 1000);
}

/** What it says from now on; `about` has to be set, so that it takes its own place. */
export function change(notice: Toast, what: Partial<Toast>): void {
  Object.assign(notice, what);
  notify(notice);
}

/** For a failure that has no place of its own on the page. */
export function tell(error: unknown): void {
  notify({ text: explainError(error) });
}

export function dismiss(notice: Toast): void {
  toasts.value = toasts.value.filter((toast) => toast !== notice);
}

/** Takes back what was done last, where that is still offered. */
export function undoLast(): boolean {
  const last = toasts.value.findLast((toast) => toast.undoes);
  last?.action?.run();
  return !!last;
}

/** Not while somebody points at it or is about to press its button. */
function leave(notice: Toast): void {
  if (document.querySelector(".toast-area:is(:hover, :focus-within)")) setTimeout(() => leave(notice), 1000);
  else dismiss(notice);
}
