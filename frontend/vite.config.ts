import { defineConfig } from "vite";

const server = "http://localhost:8000";
const api = [
  "/attachments",
  "/auth",
  "/connections",
  "/conversations",
  "/export",
  "/folders",
  "/health",
  "/imports",
  "/messages",
  "/models",
  "/presets",
  "/s/",
  "/search",
  "/shares",
  "/usage",
];

/** What the pages begin with, in few files: cut up smaller it would be larger, and take more requests. */
const FIRST = {
  /** The chat, and the page behind a link. */
  base: /node_modules\/@?preact|src\/(i18n|routes|api\/http|browser\/(anywhere|lazy|preferences|storage)|ui\/(Copy|Icon|Problem|Toast|layers|toasts|unbroken|keepFocus)|markdown\/(SaidText|rows|Plain|markdown))/,
  /** The chat alone, and parts of it that load later. */
  frame:
    /src\/(browser\/(back|router)|features\/(account\/account|conversations\/(conversations|firstPage|folders|tabs|titles)|endpoints\/models)\.ts)/,
};

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    rolldownOptions: {
      input: ["index.html", "share.html"],
      output: { codeSplitting: { groups: Object.entries(FIRST).map(([name, test]) => ({ name, test })) } },
    },
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
  server: {
    proxy: { ...Object.fromEntries(api.map((path) => [path, server])), "/ws": { target: server, ws: true } },
  },
});
