import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { api } from "../../api/client";
import { ApiError } from "../../api/http";
import type { ModelConfig } from "../../api/types";
import { isWide, locale } from "../../browser/preferences";
import { t } from "../../i18n";
import { Combobox } from "../../ui/Combobox";
import { Field } from "../../ui/Field";
import { Icon } from "../../ui/Icon";
import { PasswordField } from "../../ui/PasswordField";
import { account } from "../account/account";
import { forgetModels } from "./listed";
import { Presets } from "./Presets";
import { hostOf, isSameAddress, placesAt, programAt, withScheme } from "./presets";
import { TroubleText } from "./TroubleText";
import { text as texts } from "./texts";
import { type Filled, foreseen, settingFor, type Trouble, troubleOf } from "./trouble";
import "./endpoints.css";

interface Props {
  saved?: ModelConfig | null;
  saveLabel: string;
  onSaved: (name: string) => void;
  onCancel?: (() => void) | undefined;
}

/** Faults of a test that no other day mends: nothing is saved with them. */
const CERTAIN = new Set(["model_url_not_allowed", "upstream_auth_failed", "api_key_unreadable"]);

/** What was typed and not saved, for whoever closes the settings by mistake; never a key. */
const unsaved = new Map<string, { url: string; name: string }>();

type Work = "listing" | "testing" | "saving";

/** An endpoint, its key, one of its models; tried before it is saved. */
export function ModelForm({ saved, saveLabel, onSaved, onCancel }: Props) {
  const place = `${account.value?.id} ${saved?.model_url ?? ""}`;
  const left = unsaved.get(place);
  const url = useSignal(left?.url ?? saved?.model_url ?? "");
  const key = useSignal("");
  const name = useSignal(left?.name ?? saved?.model_name ?? "");
  const models = useSignal<string[] | null>(null);
  const work = useSignal<Work | null>(null);
  const trouble = useSignal<Trouble | null>(null);
  /** Seconds to the first words of the model that stands in the form. */
  const works = useSignal<number | null>(null);
  /** A test has failed for what stands here; it can be saved all the same. */
  const failed = useSignal(false);
  /** The host that the key was typed for. */
  const keyFor = useRef("");
  const keyForgotten = useSignal(false);
  const form = useRef<HTMLFormElement>(null);
  const openList = useRef<(() => void) | null>(null);
  const text = texts();
  const host = () => hostOf(url.value);
  const isKept = () => !!saved && isSameAddress(saved.model_url, url.value);
  const filled = (): Filled => ({ url: url.value, key: key.value, name: name.value, keyKept: isKept() });
  const focus = (field: string) => form.current?.querySelector<HTMLElement>(`[name="${field}"]`)?.focus();
  useEffect(() => {
    if (isWide() && !saved) focus("url");
  }, []);

  const forget = () => {
    trouble.value = null;
    works.value = null;
    failed.value = false;
  };
  const change = (field: Signal<string>, value: string) => {
    field.value = value;
    unsaved.set(place, { url: url.value, name: name.value });
    forget();
    if (field !== name) models.value = null;
    if (field === key) keyFor.current = host();
    if (field === key) keyForgotten.value = false;
  };
  /** A key goes nowhere but where it was typed for. */
  const keepKeyHome = () => {
    if (!key.value || !keyFor.current || keyFor.current === host()) return;
    change(key, "");
    keyForgotten.value = true;
  };
  const complete = () => {
    const whole = withScheme(url.value);
    if (whole !== url.value) change(url, whole);
    keepKeyHome();
  };
  /** The key goes along: it is another path of the same server. */
  const useMeant = (address: string) => {
    change(url, address);
    focus("url");
  };
  const endpoint = () => ({
    model_url: url.value.trim(),
    ...(key.value || !isKept() ? { api_key: key.value.trim() } : {}),
  });
  const config = () => ({ ...endpoint(), model_name: name.value.trim() });

  const tell = (what: Trouble) => {
    trouble.value = what;
    if (what.field) focus(what.field);
  };
  /** Does one thing at a time; what comes back once the fields have changed is not told. True where it went well. */
  const attempt = async <T,>(
    kind: Work,
    whole: boolean,
    call: () => Promise<T>,
    heard: (answer: T) => Trouble | null | undefined = () => null,
  ): Promise<boolean> => {
    if (work.value) return false;
    complete();
    forget();
    const asked = JSON.stringify(config());
    let found = foreseen(filled(), whole);
    if (!found) {
      work.value = kind;
      const answer = await call().then(
        (answer) => () => heard(answer),
        (error: unknown) => () => troubleOf(failureOf(error), filled()),
      );
      work.value = null;
      if (JSON.stringify(config()) !== asked) return false;
      found = answer() ?? undefined;
    }
    if (found) tell(found);
    return !found;
  };

  const list = () =>
    attempt(
      "listing",
      false,
      () => api("POST /auth/config/models", { body: endpoint(), slow: true }),
      ({ error, models: names, suggested_url: suggested }) => {
        if (error) return troubleOf({ ...error, suggested }, filled());
        models.value = names;
        if (!name.value && names.length === 1) change(name, names[0]!);
      },
    );
  const test = () =>
    attempt(
      "testing",
      true,
      () => api("POST /auth/config/test", { body: config(), slow: true }),
      ({ error, reply_seconds, suggested_url: suggested }) => {
        works.value = reply_seconds;
        failed.value = !!error && !CERTAIN.has(error.code);
        return error && troubleOf({ ...error, suggested }, filled());
      },
    );
  const keep = async () => {
    if (!(await attempt("saving", true, () => api("PUT /auth/config", { body: config() })))) return;
    unsaved.delete(place);
    forgetModels();
    onSaved(config().model_name);
  };
  const save = async () => {
    if (works.value !== null || (await test())) await keep();
  };

  const choose = (address: string, isRefused = false) => {
    const isElsewhere = hostOf(address) !== host();
    change(url, address);
    keepKeyHome();
    if (isElsewhere) change(name, isKept() ? saved!.model_name : "");
    if (isRefused) tell(settingFor(address));
    else if (programAt(address))
      setTimeout(() => openList.current?.()); // the list is drawn as empty by then
    else focus(isKept() ? "name" : "key");
  };

  const at = (field: string) =>
    trouble.value?.field === field ? <TroubleText trouble={trouble.value} onUse={useMeant} /> : undefined;
  const known = placesAt(url.value, locale.value);
  const count = models.value?.length;
  const doing = work.value;
  return (
    <form
      class="model-form"
      ref={form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Presets url={url.value} onChoose={choose} />
      <Field
        label={text.url}
        hint={
          known?.others.length ? (
            <>
              {text.elsewhere(hostOf(known.others[0]!.url))}{" "}
              <button type="button" class="link" onClick={() => choose(known.others[0]!.url)}>
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
        input={{ name: "url", inputMode: "url", autocapitalize: "off", spellcheck: false, onChange: complete }}
        onValue={(value) => change(url, value)}
      />
      <PasswordField
        label={text.key}
        hint={
          keyForgotten.value ? (
            text.keyForgotten
          ) : isKept() ? (
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
        onValue={(value) => change(key, value)}
      />
      <Combobox
        label={text.name}
        name="name"
        placeholder={text.namePlaceholder}
        maxLength={100}
        value={name.value}
        onValue={(value) => change(name, value)}
        options={models.value}
        load={list}
        opener={openList}
        listLabel={text.list}
        loading={doing === "listing"}
        openLabel={doing === "listing" ? text.listing : text.fetch}
        noneLabel={count ? text.noMatch : text.foundNone}
        hint={count === undefined ? undefined : count ? text.found(count) : text.foundNone}
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
          <button type="button" class="link" onClick={() => void keep()}>
            {text.saveAnyway}
          </button>
        </p>
      )}
      <div class="form-buttons">
        <button type="button" class="button" aria-busy={doing === "testing"} onClick={() => void test()}>
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
              unsaved.delete(place);
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

function failureOf(error: unknown) {
  if (error instanceof ApiError) return error;
  console.error(error);
  return { code: "internal_error" };
}
