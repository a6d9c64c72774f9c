/** Imports of the page go one way: a part knows those below it in this list, never one above. */
import { expect, it } from "vitest";

const ORDER = [
  "features/admin",
  "features/settings",
  "features/search",
  "features/chat",
  "features/transfer",
  "features/conversations",
  "features/keys",
  "features/sharing",
  "features/files",
  "features/usage",
  "features/endpoints",
  "features/account",
  "markdown",
  "ui",
  "i18n",
  "api",
  "browser",
  "routes",
];
const sources = import.meta.glob<string>("../src/**/*.{ts,tsx}", { query: "?raw", import: "default", eager: true });

/** "features/chat" of "../src/features/chat/Reply.tsx"; "routes" of "../src/routes.ts". */
function partOf(file: string): string {
  return /^\.\.\/src\/(features\/[^/]+|[^/.]+)/.exec(file)![1]!;
}

/** What a file imports of the page, as paths from here. */
function imported(file: string, source: string): string[] {
  const base = new URL(file, "file:///tests/");
  const lines = source.matchAll(/\b(?:from |import |import\()"(\.[^"]+)"/g);
  return [...lines].map(([, path]) => `..${new URL(path!, base).pathname}`);
}

function upward(file: string, source: string): string[] {
  const place = ORDER.indexOf(partOf(file));
  const above = (path: string) => partOf(path) !== partOf(file) && ORDER.indexOf(partOf(path)) <= place;
  return imported(file, source)
    .filter(above)
    .map((path) => `${file} imports ${path}`);
}

/** All but the beginning, which knows all. */
const parts = Object.entries(sources).filter(([file]) => !["app", "main", "share"].includes(partOf(file)));

it("has a place for every part", () => {
  expect([...new Set(parts.map(([file]) => partOf(file)))].sort()).toEqual([...ORDER].sort());
});

it("finds nothing that imports upward", () => {
  expect(parts.flatMap(([file, source]) => upward(file, source))).toEqual([]);
});

it.each([
  'import { draft } from "../chat/drafts";',
  'import {\n  draft,\n} from "../chat/drafts";',
  'import type { Draft } from "../chat/drafts";',
  'export { draft } from "../chat/drafts";',
  'import "../chat/thread.css";',
  'const chat = lazy(() => import("../chat/ChatPage"));',
  'import { App } from "../../app";',
])("would find %s", (line) => {
  expect(upward("../src/features/account/account.ts", line)).toHaveLength(1);
  expect(upward("../src/features/settings/General.tsx", line)).toHaveLength(line.includes("app") ? 1 : 0);
});
