import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api } from "../../api/client";
import type { ConfigOptions } from "../../api/types";
import { locale } from "../../browser/preferences";
import { hostOf, PROGRAMS, PROVIDERS } from "./presets";
import { text as texts } from "./texts";

interface Props {
  url: string;
  /** `refused`: this server may not call it. */
  onChoose: (url: string, refused?: boolean) => void;
}

/** Providers by name, and the programs that serve models on the server's own machine. */
export function Presets({ url, onChoose }: Props) {
  /** Which programs this server may not call, once that is known. */
  const refused = useSignal<string[]>([]);
  useEffect(() => {
    const note = ({ local_hosts }: ConfigOptions) => {
      refused.value = local_hosts.filter(({ allowed }) => !allowed).map(({ host }) => host);
    };
    api("GET /auth/config/options").then(note, () => undefined); // else it is said once one is tried
  }, []);
  const text = texts();
  const host = hostOf(url);
  const chip = (name: string, address: string, pressed: boolean, isRefused = false) => (
    <button
      key={name}
      type="button"
      class={isRefused ? "chip refused" : "chip"}
      aria-pressed={pressed}
      title={isRefused ? text.refused : undefined}
      onClick={() => onChoose(address, isRefused)}
    >
      {name}
    </button>
  );
  return (
    <div class="preset-groups">
      <div class="presets" role="group" aria-label={text.providers}>
        {PROVIDERS.map(({ name, places }) => {
          const own = places[locale.value];
          const pressed = !!host && own.some((place) => hostOf(place.url) === host);
          return chip(name[locale.value], own[0]!.url, pressed);
        })}
      </div>
      <div class="presets" role="group" aria-label={text.programs}>
        <span class="note" aria-hidden="true">
          {text.programs}
        </span>
        {PROGRAMS.map(({ name, url, host: at }) => chip(name, url, at === host, refused.value.includes(at)))}
      </div>
    </div>
  );
}
