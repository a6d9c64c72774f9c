import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api } from "../../api/client";
import type { AttachmentLimits } from "../../api/types";
import { Problem } from "../../ui/Problem";
import { Section } from "../../ui/Section";
import { useAction } from "../../ui/useAction";
import { text } from "./texts";
import "./files.css";

/** How much room the files of one's conversations take. */
export function StorageUsed() {
  const usage = useSignal<AttachmentLimits | undefined>(undefined);
  const { error, run } = useAction();
  useEffect(() => void run(async () => (usage.value = await api("GET /attachments"))), []);
  const { used_bytes: used, quota_bytes: quota } = usage.value ?? { used_bytes: 0, quota_bytes: 0 };
  const said = text().usedOf(used, quota);
  return (
    <Section title={text().used} lead={text().usedLead}>
      {usage.value && (
        <>
          <p>{said}</p>
          <progress class="storage-used" aria-label={said} value={used} max={quota} />
        </>
      )}
      {!usage.value && !error.value && <span class="skeleton row-skeleton" />}
      <Problem text={error.value?.text} />
    </Section>
  );
}
