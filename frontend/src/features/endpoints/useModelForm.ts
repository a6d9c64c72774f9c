/** What the model form knows and does: what stands in it, what is tried of it, what came of that. */
import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { api } from "../../api/client";
import { ApiError } from "../../api/http";
import type { ModelNames, TryResult } from "../../api/schema";
import { isWide, locale } from "../../browser/preferences";
import { account } from "../account/account";
import { hostOf, isSameAddress, placesAt, programAt, withScheme } from "./presets";
import { type Filled, foreseen, settingFor, type Trouble, troubleOf } from "./trouble";

/** Faults of a test that no other day mends: nothing is saved with them. */
const CERTAIN = new Set(["model_url_not_allowed", "upstream_auth_failed", "api_key_unreadable"]);

/** What was typed and not saved, for whoever closes the settings by mistake; never a key. */
const unsaved = new Map<string, { url: string; name: string }>();

type Work = "listing" | "testing" | "saving";

/** How one that is saved is asked, with the key that the server keeps. */
export interface Trials {
  list: () => Promise<ModelNames>;
  test: (model_name: string) => Promise<TryResult>;
}

/** What is saved already. */
export interface Saved {
  id: number;
  label: string;
  model_url: string;
  /** One of its models; empty where none is known. */
  model_name: string;
  /** Where it is no connection of the person's own. */
  trials?: Trials;
}

/** What there is to save; without a key the saved one stays. */
export interface Config {
  label: string;
  model_url: string;
  api_key?: string;
  model_name: string;
}

/** The state of one form, for as long as it is shown. */
export function useModelForm(
  saved: Saved | undefined,
  keepConfig: (config: Config) => Promise<unknown>,
  onSaved: (name: string) => void,
) {
  const place = `${account.value?.id} ${saved?.id ?? ""}`;
  const trials = saved?.trials ?? trialsOf(saved?.id ?? 0);
  const left = unsaved.get(place);
  const url = useSignal(left?.url ?? saved?.model_url ?? "");
  const label = useSignal(saved?.label ?? "");
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
  const tried = () => ({ ...endpoint(), model_name: name.value.trim() });
  const labelFor = () => placesAt(url.value, locale.value)?.name ?? programAt(url.value)?.name ?? host();
  const config = () => ({ ...tried(), label: label.value.trim() || labelFor() });
  /** The server knows the key, and where it goes. */
  const asSaved = () => saved && isKept() && !key.value;
  const isUntried = () => !asSaved() || name.value.trim() !== saved!.model_name;

  const tell = (what: Trouble) => {
    trouble.value = what;
    if (what.field) focus(what.field);
  };
  /** Does one thing at a time; what comes back once the fields have changed is not told. True where it went well. */
  const attempt = async <T>(
    kind: Work,
    whole: boolean,
    call: () => Promise<T>,
    heard: (answer: T) => Trouble | null | undefined = () => null,
  ): Promise<boolean> => {
    if (work.value) return false;
    complete();
    forget();
    const asked = JSON.stringify(tried());
    let found = foreseen(filled(), whole);
    if (!found) {
      work.value = kind;
      const answer = await call().then(
        (answer) => () => heard(answer),
        (error: unknown) => () => troubleOf(failureOf(error), filled()),
      );
      work.value = null;
      if (JSON.stringify(tried()) !== asked) return false;
      found = answer() ?? undefined;
    }
    if (found) tell(found);
    return !found;
  };

  const list = () =>
    attempt(
      "listing",
      false,
      () => (asSaved() ? trials.list() : api("POST /auth/config/models", { body: endpoint(), slow: true })),
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
      () => {
        const { model_name } = tried();
        return asSaved() ? trials.test(model_name) : api("POST /auth/config/test", { body: tried(), slow: true });
      },
      ({ error, reply_seconds, suggested_url: suggested }) => {
        works.value = reply_seconds;
        failed.value = !!error && !CERTAIN.has(error.code);
        return error && troubleOf({ ...error, suggested }, filled());
      },
    );
  const keep = async () => {
    if (!(await attempt("saving", true, () => keepConfig(config())))) return;
    unsaved.delete(place);
    onSaved(config().model_name);
  };
  const save = async () => {
    if (works.value !== null || !isUntried() || (await test())) await keep();
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

  /** What was typed is given up. */
  const leave = () => void unsaved.delete(place);
  const state = { label, labelFor, url, key, name, models, work, trouble, works, failed, keyForgotten };
  return { ...state, form, openList, isKept, change, complete, useMeant, list, test, keep, save, choose, leave };
}

function trialsOf(id: number): Trials {
  const options = { params: { id }, slow: true };
  return {
    list: () => api("POST /connections/{id}/refresh", options),
    test: (model_name) => api("POST /connections/{id}/test", { ...options, body: { model_name } }),
  };
}

function failureOf(error: unknown) {
  if (error instanceof ApiError) return error;
  console.error(error);
  return { code: "internal_error" };
}
