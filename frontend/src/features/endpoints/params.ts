/** How a model answers, as it is typed and as it is sent: what is left empty is not sent. */
import { ApiError } from "../../api/http";
import type { ReplyParams } from "../../api/types";
import { text } from "./paramTexts";

export const NUMBERS = ["temperature", "top_p", "max_tokens", "seed", "presence_penalty", "frequency_penalty"] as const;
const NAMES = [...NUMBERS, "stop", "reasoning_effort", "extra"] as const;

export type ParamName = (typeof NAMES)[number];
export type Typed = Partial<Record<ParamName, string>>;
/** What is wrong with which of them. */
export type Wrong = Partial<Record<ParamName, string>>;

export function typedOf(params: ReplyParams | null | undefined): Typed {
  const typed: Typed = {};
  for (const name of NUMBERS) if (params?.[name] != null) typed[name] = String(params[name]);
  if (params?.stop)
    typed.stop = params.stop.map((one) => one.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")).join("\n");
  if (params?.reasoning_effort) typed.reasoning_effort = params.reasoning_effort;
  if (params?.extra) typed.extra = JSON.stringify(params.extra, null, 2);
  return typed;
}

/** Null where nothing is set; what cannot be sent at all is told at once, the rest by the server. */
export function paramsOf(typed: Typed): { params: ReplyParams | null; wrong: Wrong } {
  const params: ReplyParams = {};
  const wrong: Wrong = {};
  for (const name of NUMBERS) {
    const words = typed[name]?.trim().replace(",", ".");
    if (!words) continue;
    params[name] = Number(words);
    if (!Number.isFinite(params[name])) wrong[name] = text().wrong.number;
  }
  const stop = typed.stop?.split("\n").filter(Boolean).map(unescaped);
  if (stop?.length) params.stop = stop;
  const effort = typed.reasoning_effort?.trim().toLowerCase();
  if (effort) params.reasoning_effort = effort;
  if (typed.extra?.trim()) {
    const extra = objectOf(typed.extra);
    if (extra) params.extra = extra;
    else wrong.extra = text().wrong.json;
  }
  return { params: Object.keys(params).length ? params : null, wrong };
}

/** Which of them a refusal means; undefined where it means something else. */
export function wrongBy(error: unknown): Wrong | undefined {
  if (!(error instanceof ApiError)) return undefined;
  const wrong: Wrong = {};
  for (const { field, message } of error.fields) {
    const [first, name] = field.split(".");
    if (first === "params" && NAMES.includes(name as ParamName))
      wrong[name as ParamName] = text().wrong.told(message.replace(/\.0$/, ""));
  }
  return Object.keys(wrong).length ? wrong : undefined;
}

function unescaped(line: string): string {
  return line.replace(/\\(n|\\)/g, (_, sign) => (sign === "n" ? "\n" : "\\"));
}

function objectOf(words: string): ReplyParams["extra"] | undefined {
  try {
    const read = JSON.parse(words);
    return read && typeof read === "object" && !Array.isArray(read) ? read : undefined;
  } catch {
    return undefined;
  }
}
