import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import "./sections.css";

interface Props {
  /** Left out where it is the only one of its page, whose title it has. */
  title?: string;
  lead?: string;
  children: ComponentChildren;
}

export function Section({ title, lead, children }: Props) {
  const id = useId();
  return (
    <section class="section" aria-labelledby={title ? id : undefined}>
      {title && <h2 id={id}>{title}</h2>}
      {lead && <p class="lead">{lead}</p>}
      {children}
    </section>
  );
}
