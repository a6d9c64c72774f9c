import { useEffect } from "preact/hooks";
import { part } from "../../browser/lazy";
import { follow } from "../../browser/router";
import { t } from "../../i18n";
import { sectionAt } from "../../routes";
import { account } from "../account/account";
import { conversations, loadConversations, moreConversations } from "../conversations/conversations";
import { editing } from "../endpoints/editing";
import { answering, nameOf } from "../endpoints/models";
import { Beginnings } from "./Beginnings";

const moveIn = part(() => import("../transfer/MoveIn"));

function greeting(name: string): string {
  const { morning, afternoon, evening } = t().empty;
  const hour = new Date().getHours();
  if (hour >= 4 && hour < 12) return morning(name);
  return hour >= 12 && hour < 18 ? afternoon(name) : evening(name);
}

/** An invitation: a greeting, and a few ways to begin. */
export function EmptyState({ name }: { name: string }) {
  return (
    <div class="empty">
      <h1>{greeting(name)}</h1>
      <p>{t().empty.lead}</p>
      <WhoAnswers />
      <Beginnings />
      <MoveIn />
    </div>
  );
}

/** For whoever has no conversation yet: a line whose coming moves nothing. */
function MoveIn() {
  useEffect(() => {
    if (moreConversations.peek() === undefined) void loadConversations().catch(() => undefined);
  }, []);
  const isNew = moreConversations.value === false && !conversations.value.length;
  const loaded = isNew ? moveIn() : undefined;
  return <p class="move-in">{loaded && <loaded.MoveIn />}</p>;
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
