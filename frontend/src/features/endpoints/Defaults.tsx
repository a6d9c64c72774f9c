import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { Model } from "../../api/types";
import { Icon } from "../../ui/Icon";
import { Section } from "../../ui/Section";
import { tell } from "../../ui/toasts";
import { account } from "../account/account";
import { text as texts } from "./connectionTexts";
import { modelMenu } from "./ModelButton";
import type { ModelMenuProps } from "./ModelMenu";
import { beginning, beginWith, changeAccount, modelById, models, nameOf } from "./models";

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
          <Pick
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
          <Pick
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

interface Props extends Pick<ModelMenuProps, "instead"> {
  label: string;
  model: Model | undefined;
  /** Said where no model is chosen. */
  none: string;
  onChoose: (model: Model) => void;
}

function Pick({ label, model, none, instead, onChoose }: Props) {
  const open = useSignal(false);
  const button = useRef<HTMLButtonElement>(null);
  const module = open.value && modelMenu();
  const name = model ? nameOf(model) : none;
  return (
    <>
      <button
        ref={button}
        class="button model-pick"
        aria-haspopup="dialog"
        aria-expanded={open.value}
        aria-label={`${label}: ${name}`}
        onPointerEnter={modelMenu.warm}
        onClick={() => (open.value = true)}
      >
        <span>{name}</span>
        <Icon name="open" />
      </button>
      {module && (
        <module.ModelMenu
          anchor={button.current!}
          label={label}
          chosen={model?.id}
          instead={instead}
          onChoose={onChoose}
          onClose={() => (open.value = false)}
        />
      )}
    </>
  );
}
