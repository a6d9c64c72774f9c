import { api } from "../../api/client";
import { Icon } from "../../ui/Icon";
import { Problem } from "../../ui/Problem";
import { Section } from "../../ui/Section";
import { useAction } from "../../ui/useAction";
import { text } from "./texts";

/** Everything in one file, which the browser fetches by itself: it may be larger than a page can hold. */
export function Exports() {
  const { busy, error, run } = useAction();
  const download = async () => {
    const { path } = await api("POST /export/ticket");
    Object.assign(document.createElement("a"), { href: path, download: "" }).click();
  };
  return (
    <Section title={text().exportTitle} lead={text().exportLead}>
      <Problem text={error.value?.text} />
      <button class="button" disabled={busy.value} onClick={() => void run(download)}>
        <Icon name="data" />
        {text().exportAll}
      </button>
    </Section>
  );
}
