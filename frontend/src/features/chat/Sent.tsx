import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { patient } from "../../api/client";
import type { ContextRead, SentAttachment } from "../../api/schema";
import type { Conversation, Message } from "../../api/types";
import { Dialog } from "../../ui/Dialog";
import { Problem } from "../../ui/Problem";
import { useAction } from "../../ui/useAction";
import { sentOf } from "../conversations/opened";
import { type ParamName, typedOf } from "../endpoints/params";
import { text as paramText } from "../endpoints/paramTexts";
import { mark } from "./mark";
import { text } from "./sentTexts";
import { showMessage } from "./showMessage";
import "../../ui/forms.css";
import "./sent.css";

/** So many of a conversation's last messages have its last reply among them. */
const NEWEST = 5;

/** What was sent for a conversation's last reply, as the server wrote it down. */
export function Sent({ conversation: { id } }: { conversation: Conversation }) {
  const reply = useSignal<Message | undefined>(undefined);
  const runs = useSignal<ContextRead[] | undefined>(undefined);
  const { error, run } = useAction();
  useEffect(() => {
    void run(async () => {
      const page = await patient("GET /conversations/{id}/messages", { params: { id, limit: NEWEST } });
      reply.value = page.messages.findLast(({ sender }) => sender === "ai");
      const params = { id: reply.value?.id ?? 0 };
      runs.value = reply.value ? (await patient("GET /messages/{id}/context", { params })).runs : [];
    });
  }, []);
  const close = () => {
    sentOf.value = null;
  };
  const show = (message: number) => {
    void showMessage(id, message, mark);
    close();
  };
  return (
    <Dialog title={text().title} onClose={close} class="sent-dialog">
      <div class="sent">
        {!!runs.value?.length && <p class="lead">{text().lead}</p>}
        {runs.value?.map((one, index) => (
          <section key={one.run}>
            {runs.value!.length > 1 && <h2>{text().part(index + 1)}</h2>}
            <Run sent={one} onShow={show} />
          </section>
        ))}
        {runs.value && !runs.value.length && <p class="lead">{missing(reply.value)}</p>}
        {!runs.value && !error.value && <span class="skeleton row-skeleton" />}
        <Problem text={error.value?.text} />
      </div>
    </Dialog>
  );
}

function missing(reply: Message | undefined): string {
  if (!reply) return text().none;
  return reply.status === "generating" ? text().writing : text().before;
}

function Run({ sent, onShow }: { sent: ContextRead; onShow: (message: number) => void }) {
  const { system_prompt, first_message_id, usage } = sent;
  const jump = (message: number, label: string) => (
    <button class="link" onClick={() => onShow(message)}>
      {label}
    </button>
  );
  return (
    <dl>
      <Row name={text().model}>
        <bdi>{[sent.model_name, sent.connection_label].filter(Boolean).join(" · ")}</bdi>
      </Row>
      <Row name={text().instructions}>
        {system_prompt ? (
          <details>
            <summary>{text().show([...system_prompt].length)}</summary>
            <pre dir="auto">{system_prompt}</pre>
          </details>
        ) : (
          text().noInstructions
        )}
      </Row>
      <Row name={text().params}>
        <Params sent={sent} />
      </Row>
      <Row name={text().messages}>
        {text().count(sent.messages)} {first_message_id && jump(first_message_id, text().first)}
      </Row>
      {sent.left_out.length > 0 && (
        <Row name={text().leftOut}>
          {sent.left_out.map(({ reason, count, ids }) => (
            <p key={reason}>
              {text().reasons[reason](count)} {ids.length > 0 && jump(ids.at(-1)!, text().see)}
            </p>
          ))}
        </Row>
      )}
      {!!sent.attachments?.length && (
        <Row name={text().files}>
          {sent.attachments.map((file) => (
            <p key={file.id}>
              <bdi>{file.name}</bdi>
              {text().colon}
              {sentAs(file)}
            </p>
          ))}
        </Row>
      )}
      <Row name={text().tokens}>
        <p>{text().estimated(sent.estimated_tokens)}</p>
        {usage && <p>{text().counted(usage.prompt_tokens, usage.completion_tokens)}</p>}
      </Row>
    </dl>
  );
}

function sentAs(file: SentAttachment): string {
  const { sent_as: as, reason, characters, of_characters: all } = file;
  if (as === "image") return text().asImage;
  if (as === "name") return text().asName(text().whyName[reason ?? "gone"]);
  return characters !== all && characters && all ? text().asCut(characters, all) : text().asText;
}

function Params({ sent }: { sent: ContextRead }) {
  const names = paramText().names;
  const nameOf = (name: string) => names[name as ParamName] ?? name;
  const set = Object.entries(typedOf(sent.params as Parameters<typeof typedOf>[0]));
  const left = sent.params_left_out.map(({ name }) => nameOf(name));
  return (
    <>
      {set.map(([name, value]) => (
        <p key={name}>
          {text().param(nameOf(name))}
          <code>{value}</code>
        </p>
      ))}
      {!set.length && <p>{text().noParams}</p>}
      {left.length > 0 && <p>{text().notSent(left)}</p>}
    </>
  );
}

function Row({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
