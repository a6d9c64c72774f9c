import { Section } from "../../ui/Section";
import { tell } from "../../ui/toasts";
import { account } from "../account/account";
import { text as texts } from "./connectionTexts";
import { ModelPick } from "./ModelPick";
import { beginning, beginWith, changeAccount, modelById, models } from "./models";

/** Which models are taken where nobody chooses one. */
export function Defaults() {
  const text = texts();
  if (!models.value?.length) return null;
  const titles = account.value?.title_model_id ?? null;
  const writer = titles === null ? undefined : modelById.value.get(titles);
  const writeTitles = (title_model_id: number | null) => void changeAccount({ title_model_id }).catch(tell);
  return (
    <Section title={text.defaults}>
      <ul class="rows">
        <li>
          <div>
            <strong>{text.newChats}</strong>
            <small>{text.newChatsLead}</small>
          </div>
          <ModelPick
            label={text.newChats}
            model={beginning.value}
            none={text.choose}
            onChoose={(model) => void beginWith(model).catch(tell)}
          />
        </li>
        <li>
          <div>
            <strong>{text.titles}</strong>
            <small>{text.titlesLead}</small>
          </div>
          <ModelPick
            label={text.titles}
            model={writer}
            none={titles === null ? text.replier : text.choose}
            instead={{ text: text.replier, chosen: titles === null, choose: () => writeTitles(null) }}
            onChoose={({ id }) => writeTitles(id)}
          />
        </li>
      </ul>
    </Section>
  );
}
