import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { ContinuedConversation, SharedConversation } from "../../api/schema";
import { locale } from "../../browser/preferences";
import { explainError, t } from "../../i18n";
import { conversationAt, routes } from "../../routes";
import { Facts } from "../../ui/Facts";
import { Mark } from "../../ui/Icon";
import { LanguageSwitch } from "../../ui/LanguageSwitch";
import { Problem } from "../../ui/Problem";
import { Toasts } from "../../ui/Toasts";
import { useAction } from "../../ui/useAction";
import { comesBack, continueHere, logIn } from "./continued";
import { dateOf } from "./days";
import { useDrawn } from "./drawn";
import { SharedMessage } from "./SharedMessage";
import { text } from "./sharedTexts";
import { open, shown } from "./shown";

/** What a link shows, or that it shows nothing. */
export function SharedPage() {
  const now = shown.value!;
  useEffect(() => {
    document.title = `${now.kind === "share" ? now.share.title : text().title} · ${t().appName}`;
  });
  return (
    <>
      {now.kind === "share" ? (
        <Shared share={now.share} />
      ) : (
        <main class="shared-card">
          <Mark />
          {now.kind === "nothing" && <Nothing />}
          {now.kind === "login" && <LogInFirst />}
          {now.kind === "failed" && <Failed error={now.error} />}
          <LanguageSwitch />
        </main>
      )}
      <Toasts />
    </>
  );
}

function Shared({ share }: { share: SharedConversation }) {
  const { title, messages, day } = share;
  const models = modelsOf(messages);
  const drawn = useDrawn(messages.length);
  return (
    <>
      <header class="shared-bar">
        <a href={routes.start} class="shared-home">
          <Mark />
          {t().appName}
        </a>
        <LanguageSwitch />
      </header>
      <main class="shared">
        <div class="column">
          <header class="shared-head">
            <h1 dir="auto">{title}</h1>
            <p>
              <Facts of={[text().shared(dateOf(day, locale.value)), text().messages(messages.length), ...models]} />
            </p>
          </header>
          {messages.map((message, place) => (
            <SharedMessage key={place} message={message} several={models.length > 1} drawn={place < drawn} />
          ))}
          <Continue />
        </div>
      </main>
    </>
  );
}

/** Each model that has answered, once. */
function modelsOf(messages: SharedConversation["messages"]): string[] {
  return [...new Set(messages.flatMap(({ model_name }) => model_name ?? []))];
}

/** The reader's own copy; where some of its files found no room, that is said before it opens. */
function Continue() {
  const made = useSignal<ContinuedConversation | undefined>(undefined);
  const { busy, error, run } = useAction();
  const go = async () => {
    made.value = await continueHere();
    if (made.value && !made.value.missing) location.assign(conversationAt(made.value.id));
  };
  useEffect(() => {
    if (comesBack()) void run(go);
  }, []);
  const missing = made.value?.missing;
  return (
    <footer class="shared-foot">
      <p class="lead">{text().lead}</p>
      <Problem text={error.value?.text} />
      <div role="status">{missing ? <p>{text().missing(missing)}</p> : null}</div>
      {missing ? (
        <a class="button primary" href={conversationAt(made.value!.id)}>
          {text().openCopy}
        </a>
      ) : (
        <button class="button primary" disabled={busy.value || !!made.value} onClick={() => void run(go)}>
          {text().continue}
        </button>
      )}
    </footer>
  );
}

function Nothing() {
  return (
    <>
      <h1>{text().nothing}</h1>
      <p class="lead">{text().nothingLead}</p>
      <a class="button" href={routes.start}>
        {text().home}
      </a>
    </>
  );
}

function LogInFirst() {
  return (
    <>
      <h1>{text().logInFirst}</h1>
      <p class="lead">{text().logInLead}</p>
      <button class="button primary" onClick={() => logIn(false)}>
        {text().logIn}
      </button>
    </>
  );
}

function Failed({ error }: { error: unknown }) {
  const { busy, run } = useAction();
  return (
    <>
      <h1>{text().failed}</h1>
      <Problem text={explainError(error)} />
      <button class="button" disabled={busy.value} onClick={() => void run(open)}>
        {t().common.retry}
      </button>
    </>
  );
}
