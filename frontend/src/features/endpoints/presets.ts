/** Providers by name: where their API lives, and where their keys are made. */
import type { Locale } from "../../browser/preferences";

export interface Place {
  url: string;
  /** Where a key for it is made. */
  keys: string;
}

/** Some providers have two sites that know nothing of each other's keys. */
export interface Provider {
  name: Record<Locale, string>;
  /** The first is offered; the order is by the language of the page. */
  places: Record<Locale, Place[]>;
}

export interface Program {
  name: string;
  url: string;
  /** `host:port`, as ALLOWED_PRIVATE_MODEL_HOSTS wants it. */
  host: string;
  /** What starts it. */
  start: string;
}

function everywhere(name: string, zh: string, url: string, keys: string): Provider {
  const places = [{ url, keys }];
  return { name: { en: name, "zh-CN": zh }, places: { en: places, "zh-CN": places } };
}

function inTwoPlaces(name: string, zh: string, china: Place, abroad: Place): Provider {
  return {
    name: { en: name, "zh-CN": zh },
    places: { en: [abroad, china], "zh-CN": [china, abroad] },
  };
}

export const PROVIDERS: Provider[] = [
  everywhere("OpenAI", "OpenAI", "https://api.openai.com/v1", "https://platform.openai.com/api-keys"),
  everywhere("OpenRouter", "OpenRouter", "https://openrouter.ai/api/v1", "https://openrouter.ai/keys"),
  everywhere("DeepSeek", "DeepSeek", "https://api.deepseek.com/v1", "https://platform.deepseek.com/api_keys"),
  inTwoPlaces(
    "Moonshot",
    "Moonshot（Kimi）",
    { url: "https://api.moonshot.cn/v1", keys: "https://platform.moonshot.cn/console/api-keys" },
    { url: "https://api.moonshot.ai/v1", keys: "https://platform.moonshot.ai/console/api-keys" },
  ),
  inTwoPlaces(
    "Zhipu",
    "智谱",
    { url: "https://open.bigmodel.cn/api/paas/v4", keys: "https://open.bigmodel.cn/usercenter/apikeys" },
    { url: "https://api.z.ai/api/paas/v4", keys: "https://z.ai/manage-apikey/apikey-list" },
  ),
  inTwoPlaces(
    "Qwen",
    "通义千问",
    {
      url: "https://dashscope.aliyuncs.com/compatible-mode/v1",
      keys: "https://bailian.console.aliyun.com/?tab=model#/api-key",
    },
    {
      url: "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
      keys: "https://modelstudio.console.alibabacloud.com/?tab=playground#/api-key",
    },
  ),
];

/** Servers of models on the machine that this server runs on. */
export const PROGRAMS: Program[] = [
  { name: "Ollama", url: "http://localhost:11434/v1", host: "localhost:11434", start: "ollama serve" },
  { name: "LM Studio", url: "http://localhost:1234/v1", host: "localhost:1234", start: "lms server start" },
  { name: "llama.cpp", url: "http://localhost:8080/v1", host: "localhost:8080", start: "llama-server -m model.gguf" },
];

/** An address that was typed without its scheme, with the one that it most likely has. */
export function withScheme(url: string): string {
  const typed = url.trim();
  if (/^(localhost|\d+(\.\d+){3}|\[[\da-f:]+\])(:\d+)?(\/|$)/i.test(typed)) return `http://${typed}`;
  return /^[^\s/:?#@\\]+\.[^\s/:?#@\\]+(:\d+)?(\/|$)/.test(typed) ? `https://${typed}` : url;
}

/** Whether the server takes two addresses for one: it leaves out the path of a call. */
export function isSameAddress(one: string, other: string): boolean {
  return bare(one) === bare(other);
}

function bare(typed: string): string {
  const address = withScheme(
    typed.replace(/^["'`<“‘（\s\u200b]+|["'`>”’）,，;；。、\s\u200b]+$/g, "").replace(/\?$/, ""),
  );
  if (!URL.canParse(address)) return address;
  const { origin, pathname, search, hash } = new URL(address);
  if (search || hash) return address;
  let path = pathname;
  for (let before = ""; before !== path; ) {
    before = path;
    path = path.replace(/\/+(chat\/+completions|completions|responses|embeddings|models)?$/i, "");
    path = path.replace(/\/v1\/+chat$/i, (found) => found.slice(0, 3));
  }
  return origin + path;
}

/** The host and port of an address; empty while it is none. */
export function hostOf(url: string): string {
  return URL.canParse(url.trim()) ? new URL(url.trim()).host : "";
}

/** The place of a provider that an address belongs to, and its other ones. */
export function placesAt(url: string, locale: Locale): { name: string; place: Place; others: Place[] } | undefined {
  const host = hostOf(url);
  for (const { name, places } of PROVIDERS) {
    const place = places[locale].find((one) => hostOf(one.url) === host);
    if (host && place) return { name: name[locale], place, others: places[locale].filter((one) => one !== place) };
  }
  return undefined;
}

export function programAt(url: string): Program | undefined {
  return PROGRAMS.find(({ host }) => host === hostOf(url));
}
