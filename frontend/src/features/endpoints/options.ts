/** Models as they are chosen from: in groups, favourites first, with what is to be known of each. */
import type { Model, Preset } from "../../api/types";
import type { Option } from "../../ui/useListBox";
import { text as texts } from "./menuTexts";
import { isServers, modelById, nameOf } from "./models";

export interface ModelOption extends Option {
  model?: Model;
  preset?: Preset;
  /** What is looked for. */
  search: string;
}

/** So far down the chosen one would not be found: it stands first. */
const FAR = 60;

/** Own ones first, and the server's own last; `kept`: ids of those that stand first. */
export function modelOptions(
  models: Model[],
  chosen: number | null | undefined,
  kept: ReadonlySet<number>,
): ModelOption[] {
  const rank = ({ id, connection }: Model) => (kept.has(id) ? 0 : connection.shared ? (connection.label ? 2 : 3) : 1);
  const isOnePlace = new Set(models.map(placeOf)).size < 2;
  const sorted = [...models].sort((one, other) => rank(one) - rank(other));
  const options = sorted.map((model) => optionOf(model, chosen, kept, isOnePlace));
  const at = options.findIndex((option) => option.chosen);
  if (at > FAR) options.unshift(...options.splice(at, 1));
  return options;
}

function optionOf(
  model: Model,
  chosen: number | null | undefined,
  kept: ReadonlySet<number>,
  isOnePlace: boolean,
): ModelOption {
  const at = placeOf(model);
  const isKept = kept.has(model.id);
  return {
    value: String(model.id),
    text: nameOf(model),
    group: isKept ? texts().favourites : at,
    note: factsOf(model, isKept && !isOnePlace),
    chosen: model.id === chosen,
    faded: model.gone,
    search: `${nameOf(model)} ${model.name} ${at}`,
    model,
  };
}

export function presetOptions(presets: Preset[], chosen: number | undefined): ModelOption[] {
  return presets.map((preset) => ({
    value: `preset ${preset.id}`,
    text: preset.name,
    group: texts().presets,
    note: namesOf(preset),
    chosen: preset.id === chosen,
    search: `${preset.name} ${texts().presets}`,
    preset,
  }));
}

function namesOf({ model_id }: Preset): string | undefined {
  const model = model_id === null ? undefined : modelById.value.get(model_id);
  return model && nameOf(model);
}

/** What a connection is called. */
export function placeOf(model: Model): string {
  return isServers(model) ? texts().server : model.connection.label;
}

function factsOf(model: Model, withPlace: boolean): string {
  const { context_tokens: tokens, vision, gone } = model;
  const text = texts();
  const facts = [withPlace && placeOf(model), gone && text.gone, tokens && short(tokens), vision && text.images];
  return facts.filter(Boolean).join(" · ");
}

/** 128k for 128,000, which is 125 times 1024 too, and for 131,072. */
function short(tokens: number): string {
  const thousand = tokens % 1000 && !(tokens % 1024) ? 1024 : 1000;
  return tokens < thousand
    ? String(tokens)
    : tokens < thousand ** 2
      ? `${round(tokens / thousand)}k`
      : `${round(tokens / thousand ** 2)}M`;
}

function round(number: number): number {
  return number < 10 ? Math.round(number * 10) / 10 : Math.round(number);
}
