import { useEffect } from "preact/hooks";
import { cameFrom, follow } from "../../browser/router";
import { t } from "../../i18n";
import { Page } from "../../ui/Page";
import { Sidebar } from "../conversations/Sidebar";
import { isCovered } from "./at";
import { text } from "./texts";

/** What everybody else finds here, as at a conversation that is not theirs. */
export function AdminOnly() {
  useEffect(() => {
    if (!isCovered.value) document.title = `${text().title} · ${t().appName}`;
  });
  return (
    <>
      <Sidebar />
      <Page>
        <div class="empty">
          <h1>{text().only}</h1>
          <p>{text().onlyHelp}</p>
          <a class="button" href={cameFrom.value} onClick={follow}>
            {t().common.back}
          </a>
        </div>
      </Page>
    </>
  );
}
