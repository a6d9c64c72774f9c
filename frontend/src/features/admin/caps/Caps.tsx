import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Section } from "../../../ui/Section";
import { useWork } from "../calls";
import { Failed } from "../Failed";
import { Place } from "../Place";
import { Waiting } from "../Waiting";
import { CapForm } from "./CapForm";
import { CapRow } from "./CapRow";
import { caps, loadCaps } from "./caps";
import { text as texts } from "./texts";
import "../../usage/caps.css";
import "./caps.css";

/** All limits of the operator's, with what is used of them. */
export function Caps() {
  const text = texts();
  const adding = useSignal(false);
  const { error, run } = useWork();
  const load = () => void run(loadCaps);
  useEffect(load, []);
  const all = caps.value;
  return (
    <Place section="caps">
      <Section lead={text.lead}>
        {error.value && <Failed text={error.value.text} onRetry={load} />}
        {!all && !error.value && <Waiting />}
        {all && all.length > 0 && (
          <ul class="rows caps">
            {all.map((cap) => (
              <CapRow key={cap.id} cap={cap} />
            ))}
          </ul>
        )}
        {all?.length === 0 && !adding.value && <p class="lead">{text.none}</p>}
        {adding.value ? (
          <CapForm onClose={() => (adding.value = false)} />
        ) : (
          all && (
            <button class="button primary" onClick={() => (adding.value = true)}>
              {text.add}
            </button>
          )
        )}
      </Section>
    </Place>
  );
}
