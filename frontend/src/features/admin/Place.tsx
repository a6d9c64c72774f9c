import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { below, follow } from "../../browser/router";
import { t } from "../../i18n";
import { routes } from "../../routes";
import { Icon } from "../../ui/Icon";
import { isCovered, placeOf } from "./at";
import { type SectionName, text } from "./texts";

interface Props {
  section: SectionName;
  /** Of the one thing that is looked at; missing where it is the section as a whole. */
  title?: string | undefined;
  /** Stands behind its title. */
  end?: ComponentChildren;
  children: ComponentChildren;
}

/** The address of the place that was drawn last. */
let last: string | undefined;

/** A place of the administration: its title, the way back from one thing to all of them, what belongs to it. */
export function Place({ section, title, end, children }: Props) {
  const { title: whole, sections } = text();
  const name = title ?? sections[section];
  const isItem = title !== undefined;
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!isCovered.value) document.title = `${name} · ${whole} · ${t().appName}`;
  });
  // Whoever came by a row of a list, which is gone, begins here.
  useLayoutEffect(() => {
    const isCome = last && last !== below.value;
    last = below.value;
    if (isItem && isCome && !document.activeElement?.closest("nav, dialog")) head.current!.focus();
  }, []);
  return (
    <>
      <header class="admin-head">
        <a
          class={isItem ? "icon-button" : "icon-button admin-back"}
          href={isItem ? placeOf(section) : routes.admin}
          aria-label={isItem ? sections[section] : whole}
          title={isItem ? sections[section] : whole}
          onClick={follow}
        >
          <Icon name="left" />
        </a>
        <h1 ref={head} tabIndex={-1} dir="auto">
          {name}
        </h1>
        {end}
      </header>
      {children}
    </>
  );
}
