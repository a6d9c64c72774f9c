import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { isWide } from "../../browser/preferences";
import { cameFrom, follow } from "../../browser/router";
import { t } from "../../i18n";
import { Icon } from "../../ui/Icon";
import { account } from "../account/account";
import { FreshLogin } from "../account/FreshLogin";
import { AdminOnly } from "./AdminOnly";
import { at, isCovered, placeOf } from "./at";
import { Place } from "./Place";
import { SectionIcon } from "./SectionIcon";
import { sections } from "./sections";
import { type SectionName, text } from "./texts";
import { Waiting } from "./Waiting";
import "../../ui/forms.css";
import "../../ui/sections.css";
import "./admin.css";

/** How far down each place was read, for whoever comes back to it. */
const read = new Map<string, number>();

/** A place of its own: the list of sections beside the chosen one; on a phone one or the other. */
export function AdminPage() {
  const { section, id } = at.value;
  const found = sections.find(({ name }) => name === section);
  const shown = found ?? sections[0]!;
  const Part = shown.load();
  const wide = useSignal(isWide());
  useEffect(() => {
    const hear = () => {
      wide.value = isWide();
    };
    addEventListener("resize", hear);
    return () => removeEventListener("resize", hear);
  }, []);
  const place = `${shown.name} ${id}`;
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => box.current?.scrollTo({ top: read.get(place) ?? 0 }), [place]);
  useEffect(() => {
    if (!isCovered.value && !found) document.title = `${text().title} · ${t().appName}`;
  });
  if (account.value?.role !== "admin") return <AdminOnly />;
  if (!found && !wide.value)
    return (
      <main class="admin admin-list" tabIndex={-1}>
        <Sections heading={<h1 class="admin-title">{text().title}</h1>} />
      </main>
    );
  return (
    <div class="admin">
      <div class="admin-list">
        <Sections shown={shown.name} heading={<p class="admin-title">{text().title}</p>} />
      </div>
      <main class="page" tabIndex={-1}>
        <div
          ref={box}
          class="admin-scroll"
          key={place}
          onScroll={({ currentTarget: { scrollTop } }) => read.set(place, scrollTop)}
        >
          <div class="admin-column">
            {Part ? (
              <Part id={id} />
            ) : (
              <Place section={shown.name}>
                <Waiting />
              </Place>
            )}
          </div>
        </div>
      </main>
      <FreshLogin />
    </div>
  );
}

/** The list of sections, below the way back to the chat. */
function Sections({ heading, shown }: { heading: ComponentChildren; shown?: SectionName }) {
  return (
    <nav aria-label={text().title}>
      <a class="side-row" href={cameFrom.value} onClick={follow}>
        <Icon name="left" />
        <span class="side-title">{t().common.back}</span>
      </a>
      {heading}
      <ul>
        {sections.map(({ name }) => (
          <li key={name}>
            <a
              class="side-row"
              href={placeOf(name)}
              aria-current={name === shown ? "page" : undefined}
              onClick={follow}
            >
              <SectionIcon of={name} />
              <span class="side-title">{text().sections[name]}</span>
              <Icon name="right" />
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
