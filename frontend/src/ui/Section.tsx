import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import "./sections.css";

export function Section({ title, lead, children }: { title: string; lead?: string; children: ComponentChildren }) {
  const id = useId();
  return (
    <section class="section" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {lead && <p class="lead">{lead}</p>}
      {children}
    </section>
  );
}
