/** What a failure says about a field of the model form, in words for whoever fills it in. */
import { explain } from "../../i18n";
import { hostOf, placesAt, programAt } from "./presets";
import { text } from "./texts";

export type FieldName = "label" | "url" | "key" | "name";

export interface Trouble {
  /** The field that it is about; none: nothing in the form is at fault. */
  field?: FieldName | undefined;
  text: string;
  /** A line to copy, with what it is good for. */
  line?: { label: string; text: string; after?: string };
  /** The address that is probably meant. */
  use?: string;
}

export interface Failure {
  code: string;
  message?: string;
  /** Which of the causes of its code it was. */
  reason?: string | null | undefined;
  /** Which fields of the request were wrong, and what is wrong there. */
  fields?: { field: string; message: string }[];
  /** Where an API answers instead. */
  suggested?: string | null | undefined;
}

export interface Filled {
  url: string;
  key: string;
  name: string;
  /** The key that is saved would be used. */
  keyKept: boolean;
}

/** The form's names for what the server calls its fields. */
const FIELDS: Record<string, FieldName> = {
  model_url: "url",
  api_key: "key",
  model_name: "name",
  name: "name",
  label: "label",
};

/** What can be told without asking anybody; `whole`: the model counts as well. */
export function foreseen({ url, key, name }: Filled, whole: boolean): Trouble | undefined {
  const { wrong } = text();
  if (!url.trim()) return { field: "url", text: wrong.urlMissing };
  if (!/^https?:\/\//i.test(url.trim()) || !hostOf(url)) return { field: "url", text: wrong.url };
  if (!/^[ -~]*$/.test(key.trim())) return { field: "key", text: wrong.keyCharacters };
  if (whole && !name.trim()) return { field: "name", text: wrong.nameMissing };
  return undefined;
}

/** What a failure means for what is filled in. */
export function troubleOf(failure: Failure, filled: Filled): Trouble {
  const { wrong, copyCommand } = text();
  const host = hostOf(filled.url);
  const program = programAt(filled.url);
  const known = placesAt(filled.url, "en");
  switch (failure.code) {
    case "upstream_auth_failed":
      if (filled.key) return { field: "key", text: wrong.key(host) };
      return { field: "key", text: filled.keyKept ? wrong.keySaved(host) : wrong.keyMissing(host) };
    case "api_key_required":
      return { field: "key", text: wrong.keyMissing(host) };
    case "api_key_unreadable":
      return { field: "key", text: wrong.keyUnreadable };
    case "upstream_model_unknown":
      return { field: "name", text: wrong.nameUnknown(host) };
    case "upstream_rejected":
      return { field: "name", text: wrong.nameRejected };
    case "upstream_unavailable":
      if (program)
        return { text: wrong.notRunning(program.name, host), line: { label: copyCommand, text: program.start } };
      return known ? { text: wrong.away(host) } : { field: "url", text: wrong.awayOrWrong(host) };
    case "upstream_timeout":
      return { text: wrong.slow(host) };
    case "upstream_not_compatible":
    case "upstream_bad_response": {
      const { suggested } = failure;
      if (suggested) return { field: "url", text: wrong.notCompatibleBut(suggested), use: suggested };
      const ends = /\/v\d+\/?$/.test(filled.url.trim());
      return { field: "url", text: ends ? wrong.notCompatible(host) : wrong.notCompatibleEnd(host) };
    }
    case "model_url_not_allowed":
      return notAllowed(failure, filled.url);
  }
  const told = failure.fields?.find(({ field }) => field in FIELDS);
  return told ? { field: FIELDS[told.field], text: wrong.told(told.message) } : { text: explain(failure) };
}

function notAllowed({ reason }: Failure, url: string): Trouble {
  const { wrong } = text();
  if (reason === "malformed") return { field: "url", text: wrong.url };
  if (reason === "query") return { field: "url", text: wrong.query };
  if (reason === "private_address") return settingFor(url);
  return { field: "url", text: wrong.host(hostOf(url)) };
}

/** Names the setting that lets the server call a private address. */
export function settingFor(url: string): Trouble {
  const { wrong, copySetting } = text();
  const { protocol, host, port } = new URL(url.trim());
  const entry = port ? host : `${host}:${protocol === "https:" ? 443 : 80}`;
  const line = { label: copySetting, text: `ALLOWED_PRIVATE_MODEL_HOSTS=${entry}`, after: wrong.mayNotThen };
  return { field: "url", text: wrong.mayNot, line };
}
