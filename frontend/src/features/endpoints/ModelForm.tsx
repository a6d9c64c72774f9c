import { locale } from "../../browser/preferences";
import { t } from "../../i18n";
import { Combobox } from "../../ui/Combobox";
import { Field } from "../../ui/Field";
import { Icon } from "../../ui/Icon";
import { PasswordField } from "../../ui/PasswordField";
import { Presets } from "./Presets";
import { hostOf, placesAt } from "./presets";
import { TroubleText } from "./TroubleText";
import { text as texts } from "./texts";
import { type Config, type Saved, useModelForm } from "./useModelForm";
import "./endpoints.css";

interface Props {
  saved?: Saved;
  /** It can be given a name. */
  named?: boolean;
  save: (config: Config) => Promise<unknown>;
  saveLabel: string;
  onSaved: (name: string) => void;
  onCancel?: (() => void) | undefined;
}

/** An endpoint, its key, one of its models; tried before it is saved. */
export function ModelForm({ saved, named, save, saveLabel, onSaved, onCancel }: Props) {
  const { label, url, key, name, models, trouble, works, failed, ...state } = useModelForm(saved, save, onSaved);
  const text = texts();
  const at = (field: string) =>
    trouble.value?.field === field ? <TroubleText trouble={trouble.value} onUse={state.useMeant} /> : undefined;
  const known = placesAt(url.value, locale.value);
  const count = models.value?.length;
  const doing = state.work.value;
  return (
    <form
      class="model-form"
      ref={state.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void state.save();
      }}
    >
      {!saved && <Presets url={url.value} onChoose={state.choose} />}
      {named && (
        <Field
          label={text.label}
          hint={saved ? undefined : text.labelHint}
          error={at("label")}
          maxLength={100}
          placeholder={state.labelFor()}
          value={label.value}
          input={{ name: "label", spellcheck: false }}
          onValue={(value) => (label.value = value)}
        />
      )}
      <Field
        label={text.url}
        hint={
          known?.others.length ? (
            <>
              {text.elsewhere(hostOf(known.others[0]!.url))}{" "}
              <button type="button" class="link" onClick={() => state.choose(known.others[0]!.url)}>
                {text.use}
              </button>
            </>
          ) : (
            text.urlHint
          )
        }
        error={at("url")}
        maxLength={500}
        placeholder="https://api.example.com/v1"
        value={url.value}
        input={{ name: "url", inputMode: "url", autocapitalize: "off", spellcheck: false, onChange: state.complete }}
        onValue={(value) => state.change(url, value)}
      />
      <PasswordField
        label={text.key}
        hint={
          state.keyForgotten.value ? (
            text.keyForgotten
          ) : state.isKept() ? (
            text.keyKept
          ) : known ? (
            <>
              {text.keyMade}{" "}
              <a href={known.place.keys} target="_blank" rel="noopener noreferrer">
                {text.keyMadeAt(hostOf(known.place.keys))}
              </a>
            </>
          ) : (
            text.keyHint
          )
        }
        error={at("key")}
        autocomplete="new-password"
        maxLength={4000}
        value={key.value}
        input={{ name: "key" }}
        onValue={(value) => state.change(key, value)}
      />
      <Combobox
        label={text.name}
        name="name"
        placeholder={text.namePlaceholder}
        maxLength={100}
        value={name.value}
        onValue={(value) => state.change(name, value)}
        options={models.value}
        load={state.list}
        opener={state.openList}
        listLabel={text.list}
        loading={doing === "listing"}
        openLabel={doing === "listing" ? text.listing : text.fetch}
        noneLabel={count ? text.noMatch : text.foundNone}
        hint={count === undefined ? saved && text.nameTests : count ? text.found(count) : text.foundNone}
        error={at("name")}
      />
      <div role="alert">
        {trouble.value && !trouble.value.field && (
          <p class="problem">
            <Icon name="alert" />
            <TroubleText trouble={trouble.value} />
          </p>
        )}
      </div>
      <p class="verdict" role="status">
        {works.value !== null && (
          <>
            <Icon name="check" /> {text.works(works.value)}
          </>
        )}
      </p>
      {failed.value && !doing && (
        <p class="note">
          {text.notSaved}{" "}
          <button type="button" class="link" onClick={() => void state.keep()}>
            {text.saveAnyway}
          </button>
        </p>
      )}
      <div class="form-buttons">
        <button type="button" class="button" aria-busy={doing === "testing"} onClick={() => void state.test()}>
          {doing === "testing" && <i class="busy" />}
          {doing === "testing" ? text.testing : text.test}
        </button>
        <button class="button primary" aria-busy={doing === "saving"}>
          {doing === "saving" ? text.saving : saveLabel}
        </button>
        {onCancel && (
          <button
            type="button"
            class="button"
            onClick={() => {
              state.leave();
              onCancel();
            }}
          >
            {t().common.cancel}
          </button>
        )}
      </div>
    </form>
  );
}
