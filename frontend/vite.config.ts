import { defineConfig } from "vite";

const server = "http://localhost:8000";
const api = ["/auth", "/conversations", "/messages", "/health"];

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: { target: "es2022", modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
  server: {
    proxy: { ...Object.fromEntries(api.map((path) => [path, server])), "/ws": { target: server, ws: true } },
  },
});
