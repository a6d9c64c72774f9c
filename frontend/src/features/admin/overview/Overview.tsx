import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Overview as Found } from "../../../api/types";
import { locale } from "../../../browser/preferences";
import { follow } from "../../../browser/router";
import { Icon } from "../../../ui/Icon";
import { Section } from "../../../ui/Section";
import { whole } from "../../usage/money";
import { placeOf } from "../at";
import { read, useWork } from "../calls";
import { FactList } from "../FactList";
import { Failed } from "../Failed";
import { Place } from "../Place";
import { filters } from "../users/users";
import { Waiting } from "../Waiting";
import { Days } from "./Days";
import { text as texts } from "./texts";
import "./overview.css";

/** How the server does: what is to be mended, who is there, what was done in the last days. */
export function Overview() {
  const found = useSignal<Found | undefined>(undefined);
  const { error, run } = useWork();
  const load = () =>
    void run(async () => {
      found.value = await read("GET /admin/overview");
    });
  // Findings are told in a language.
  useEffect(load, [locale.value]);
  useEffect(() => {
    const renew = () => document.hidden || load();
    addEventListener("visibilitychange", renew);
    return () => removeEventListener("visibilitychange", renew);
  }, []);
  const overview = found.value;
  return (
    <Place section="overview">
      {error.value && <Failed text={error.value.text} onRetry={load} />}
      {!overview && !error.value && <Waiting rows={5} />}
      {overview && (
        <>
          <State overview={overview} />
          <Section title={texts().last} lead={texts().lastLead}>
            <Days days={overview.days} />
          </Section>
        </>
      )}
    </Place>
  );
}

function State({ overview: { version, users, health, findings } }: { overview: Found }) {
  const text = texts();
  const count = (number: number) => whole(number, locale.value);
  const isStopping = health.status !== "ok";
  const facts: [string, string][] = [
    [text.active, count(users.active)],
    [text.pending, count(users.pending)],
    [text.disabled, count(users.disabled)],
    [text.deleted, count(users.deleted)],
    [text.version, version],
    [text.health, isStopping ? text.stopping : text.healthy],
  ];
  return (
    <Section>
      {isStopping && <p class="finding error">{text.draining}</p>}
      {findings.length > 0 ? (
        <ul class="findings" aria-label={text.todo}>
          {findings.map(({ code, level, text: words }) => (
            <li key={code} class={`finding ${level}`}>
              <Icon name="alert" />
              <span>
                <strong>{text.levels[level]}</strong> {words}
              </span>
            </li>
          ))}
        </ul>
      ) : (
        !isStopping && (
          <p class="finding fine">
            <Icon name="check" />
            {text.fine}
          </p>
        )
      )}
      {users.pending > 0 && (
        <div class="admin-notice">
          <p>{text.waiting(users.pending, count(users.pending))}</p>
          <a
            class="button"
            href={placeOf("users")}
            onClick={(event) => {
              filters.value = { q: "", status: "pending", group: null };
              follow(event);
            }}
          >
            {text.look}
          </a>
        </div>
      )}
      <FactList of={facts} />
    </Section>
  );
}
