import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Conversation } from "../../api/types";
import { currentId, follow } from "../../browser/router";
import { t } from "../../i18n";
import { conversationAt } from "../../routes";
import { IconButton } from "../../ui/IconButton";
import { tell } from "../../ui/toasts";
import { remove, rename } from "./conversations";

export function ConversationItem({ conversation }: { conversation: Conversation }) {
  const renaming = useSignal(false);
  const current = currentId.value === conversation.id;
  if (renaming.value) return <Rename conversation={conversation} onEnd={() => (renaming.value = false)} />;
  return (
    <li class="conversation">
      <a
        class="side-row"
        href={conversationAt(conversation.id)}
        aria-current={current ? "page" : undefined}
        onClick={follow}
        onDblClick={() => (renaming.value = true)}
        title={conversation.title}
        dir="auto"
      >
        <span class="side-title">{conversation.title}</span>
      </a>
      <span class="row-actions">
        <IconButton
          icon="edit"
          label={`${t().list.rename}: ${conversation.title}`}
          onClick={() => (renaming.value = true)}
        />
        <IconButton
          icon="trash"
          label={`${t().list.remove}: ${conversation.title}`}
          onClick={() => void remove(conversation).catch(tell)}
        />
      </span>
    </li>
  );
}

function Rename({ conversation, onEnd }: { conversation: Conversation; onEnd: () => void }) {
  const input = useRef<HTMLInputElement>(null);
  const ended = useRef(false);
  useLayoutEffect(() => input.current?.select(), []); // before the next key
  const end = (save: boolean) => {
    if (ended.current) return;
    ended.current = true;
    const title = input.current!.value.trim();
    if (save && title && title !== conversation.title) void rename(conversation.id, title).catch(tell);
    onEnd();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault(); // it is not meant for what has the focus next
    end(event.key === "Enter");
  };
  return (
    <li class="conversation">
      <input
        ref={input}
        class="rename"
        aria-label={t().list.renameLabel}
        defaultValue={conversation.title}
        maxLength={200}
        onKeyDown={onKeyDown}
        onBlur={() => end(true)}
      />
    </li>
  );
}
