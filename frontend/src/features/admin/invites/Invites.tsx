import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { InviteCreated } from "../../../api/types";
import { follow } from "../../../browser/router";
import { Section } from "../../../ui/Section";
import { ShownOnce } from "../../../ui/ShownOnce";
import { loadOptions, serverOptions } from "../../account/account";
import { placeOf } from "../at";
import { useWork } from "../calls";
import { Failed } from "../Failed";
import { Place } from "../Place";
import { Waiting } from "../Waiting";
import { InviteForm } from "./InviteForm";
import { InviteRow } from "./InviteRow";
import { invites, loadInvites } from "./invites";
import { text as texts } from "./texts";
import "../../endpoints/connections.css";
import "./invites.css";

/** All invites; a new one shows its link once. */
export function Invites() {
  const text = texts();
  const adding = useSignal(false);
  const made = useSignal<InviteCreated | null>(null);
  const { error, run } = useWork();
  const load = () => void run(loadInvites);
  useEffect(() => {
    load();
    void loadOptions(true);
  }, []);
  const all = invites.value;
  const open = all?.filter(({ state }) => state === "open");
  const over = all?.filter(({ state }) => state !== "open");
  const shown = open?.some(({ id }) => id === made.value?.id) ? made.value : null;
  const ways = serverOptions.value?.ways;
  const makeOne = () => {
    made.value = null;
    adding.value = true;
  };
  return (
    <Place section="invites">
      <Section>
        <p class="lead">
          {text.lead}{" "}
          {ways && (
            <>
              {text.ways[ways]}{" "}
              <a href={placeOf("settings")} onClick={follow}>
                {text.change}
              </a>
            </>
          )}
        </p>
        {error.value && <Failed text={error.value.text} onRetry={load} />}
        {!all && !error.value && <Waiting />}
        {shown && <Made key={shown.id} made={shown} onDone={() => (made.value = null)} />}
        {open && open.length > 0 && (
          <ul class="rows">
            {open.map((invite) => (
              <InviteRow key={invite.id} invite={invite} />
            ))}
          </ul>
        )}
        {open?.length === 0 && !adding.value && <p class="lead">{text.none}</p>}
        {adding.value ? (
          <InviteForm
            onMade={(invite) => {
              made.value = invite;
              adding.value = false;
            }}
            onCancel={() => (adding.value = false)}
          />
        ) : (
          all &&
          !shown && (
            <button class="button primary" onClick={makeOne}>
              {text.add}
            </button>
          )
        )}
      </Section>
      {over && over.length > 0 && (
        <Section title={text.over} lead={text.overLead}>
          <ul class="rows">
            {over.map((invite) => (
              <InviteRow key={invite.id} invite={invite} />
            ))}
          </ul>
        </Section>
      )}
    </Place>
  );
}

/** The link of a new invite: it can be read here and never again. */
function Made({ made, onDone }: { made: InviteCreated; onDone: () => void }) {
  const text = texts();
  const box = useRef<HTMLElement>(null);
  useLayoutEffect(() => box.current!.scrollIntoView({ block: "nearest" }), []);
  return (
    <section ref={box} class="invite-made" aria-label={text.made(made.note)}>
      <h2>{text.made(made.note)}</h2>
      <ShownOnce
        label={text.link}
        value={new URL(made.url, location.href).href}
        note={text.once}
        copy={text.copy}
        done={text.done}
        onDone={onDone}
      />
    </section>
  );
}
