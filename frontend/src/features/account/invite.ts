/** The invite that somebody came with, for as long as they are on their way to an account. */
import { signal } from "@preact/signals";

/** It stands after `#`, where no server and no log sees it. */
const IN_ADDRESS = /#invite=([\w-]+)/;

export const invite = signal("");

/** Takes the one in the address, if there is one. */
export function takeInvite(): void {
  invite.value = IN_ADDRESS.exec(location.hash)?.[1] ?? invite.value;
}

/** The invite in what somebody has pasted: a whole link, or what stands at its end. */
export function inviteIn(pasted: string): string {
  return IN_ADDRESS.exec(pasted)?.[1] ?? pasted.trim();
}
