import type { SharedMessage as Message } from "../../api/schema";
import { t } from "../../i18n";
import { markdown } from "../../markdown/markdown";
import { Plain } from "../../markdown/Plain";
import { SaidText } from "../../markdown/SaidText";
import { CopyButton } from "../../ui/CopyButton";
import { SharedFiles } from "./SharedFiles";
import { text } from "./sharedTexts";

interface Props {
  message: Message;
  /** Several models have answered: each reply says which one it is of. */
  several: boolean;
  /** Set as what it is; until then it stands as it was written. */
  drawn: boolean;
}

/** One message of a conversation that is shown; nothing can be done with it but to read and copy it. */
export function SharedMessage({ message, several, drawn }: Props) {
  const { sender, content, attachments, reasoning, model_name } = message;
  if (sender === "user")
    return (
      <article class="said">
        <h2 class="unseen">{text().said}</h2>
        {attachments?.length ? <SharedFiles files={attachments} /> : null}
        {content && <SaidText text={content} />}
      </article>
    );
  return (
    <article class="reply">
      <h2 class="unseen">{t().thread.reply}</h2>
      {reasoning && <Thought text={reasoning} drawn={drawn} />}
      <Written text={content} drawn={drawn} />
      <div class="actions shared-actions">
        <CopyButton text={() => content} label={t().common.copy} />
        {several && model_name && <span class="about">{model_name}</span>}
      </div>
    </article>
  );
}

function Thought(props: { text: string; drawn: boolean }) {
  return (
    <details class="reasoning">
      <summary>{t().thread.thought}</summary>
      <Written {...props} />
    </details>
  );
}

function Written({ text, drawn }: { text: string; drawn: boolean }) {
  const Markdown = (drawn && markdown()?.Markdown) || Plain;
  return <Markdown text={text} streaming={false} />;
}
