import { currentId, follow } from "../../browser/router";
import { t } from "../../i18n";
import { sectionAt } from "../../routes";
import { account } from "../account/account";
import { editing } from "../endpoints/editing";
import { answering, nameOf } from "../endpoints/models";
import { draftOf, putDraft } from "./drafts";

function greeting(name: string): string {
  const { morning, afternoon, evening } = t().empty;
  const hour = new Date().getHours();
  if (hour >= 4 && hour < 12) return morning(name);
  return hour >= 12 && hour < 18 ? afternoon(name) : evening(name);
}

/** What a person typed; the opening that was chosen before makes room for another. */
function withoutOpening(text: string): string {
  const chosen = t().empty.openings.find(({ prompt }) => text.startsWith(prompt));
  return chosen ? text.slice(chosen.prompt.length) : text;
}

/** An invitation: a greeting, and a few ways to begin. */
export function EmptyState({ name }: { name: string }) {
  const begin = (prompt: string) => {
    const text = prompt + withoutOpening(draftOf(currentId.value));
    putDraft(currentId.value, text);
    const input = document.querySelector<HTMLTextAreaElement>(".composer textarea")!;
    input.focus();
    input.value = text; // at once: the next key may come before the page is drawn again
    input.setSelectionRange(text.length, text.length);
  };
  return (
    <div class="empty">
      <h1>{greeting(name)}</h1>
      <p>{t().empty.lead}</p>
      <WhoAnswers />
      <ul class="openings">
        {t().empty.openings.map(({ title, prompt }) => (
          <li key={title}>
            <button type="button" onClick={() => begin(prompt)}>
              <strong>{title}</strong>
              <span>{prompt.trim().replace(/[:：，]$/, "")}…</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Which model it is, and how to bring another. */
function WhoAnswers() {
  const model = answering.value;
  const text = t().empty;
  if (!model) return <p class="who-answers" />;
  const { connection } = model;
  const name = nameOf(model);
  if (connection.label) return <p class="who-answers">{text.own(name, connection.label)}</p>;
  return (
    <p class="who-answers">
      {account.value?.default_model_is_demo ? text.demo(name.split("-")[0]!) : text.operator(name)}{" "}
      <a
        href={sectionAt("models")}
        onClick={(event) => {
          editing.value = "new";
          follow(event);
        }}
      >
        {text.connect}&nbsp;→
      </a>
    </p>
  );
}
