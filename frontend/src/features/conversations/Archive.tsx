import { locale } from "../../browser/preferences";
import { follow } from "../../browser/router";
import { conversationAt } from "../../routes";
import { when } from "../../ui/when";
import { text } from "./archiveTexts";
import { folders } from "./folders";
import { takeOut } from "./order";
import { PutAway } from "./PutAway";

/** What is archived, the last used first; each can be opened, and taken out again. */
export function Archive() {
  return (
    <PutAway
      words={text()}
      query={(last) => ({ archived: true, before: last?.updated_at, before_id: last?.id })}
      name={(item) => (
        <a href={conversationAt(item.id)} onClick={follow}>
          {item.title}
        </a>
      )}
      facts={(item) => [
        text().used(when(item.updated_at, locale.value)),
        folders.value.find(({ id }) => id === item.folder_id)?.name,
      ]}
      back={text().takeOut}
      backThis={text().takeOutThis}
      bringBack={takeOut}
    />
  );
}
