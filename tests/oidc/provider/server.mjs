// A certified provider of logins for the tests: `node server.mjs PORT DIRECTORY`, where DIRECTORY has its packages.
// PUT /test/accounts/NAME sets the claims of an account, PUT /test/app the address of the app's server.

import { generateKeyPairSync } from "node:crypto";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [port, packages] = process.argv.slice(2);
const require = createRequire(`${packages}/package.json`);
const { Provider } = await import(pathToFileURL(require.resolve("oidc-provider")));

const issuer = `http://127.0.0.1:${port}`;
const app = "http://localhost:8000"; // what PUBLIC_URL says in the tests
let reached = app;
const accounts = new Map();

const key = (alg, type, options) => ({
  ...generateKeyPairSync(type, options).privateKey.export({ format: "jwk" }),
  alg,
  use: "sig",
  kid: alg,
});
const jwks = { keys: [key("RS256", "rsa", { modulusLength: 2048 })] };

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "chat",
      client_secret: "a secret: of + the client's",
      redirect_uris: [`${app}/auth/oidc/certified/callback`],
      backchannel_logout_uri: `${app}/auth/oidc/certified/logout`,
      backchannel_logout_session_required: true,
      post_logout_redirect_uris: [app],
    },
  ],
  claims: {
    openid: ["sub"],
    email: ["email", "email_verified"],
    profile: ["preferred_username", "name"],
    groups: ["groups"],
  },
  scopes: ["openid", "email", "profile", "groups"],
  cookies: { keys: ["a key of the tests"] },
  features: {
    backchannelLogout: { enabled: true },
    claimsParameter: { enabled: true },
    devInteractions: { enabled: true },
  },
  jwks,
  pkce: { required: () => true },
  // Its own refuses loopback addresses; the app's server has a port of its own.
  fetch: (url, options) => {
    const { dispatcher, ...rest } = options;
    return fetch(String(url).replace(app, reached), rest);
  },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, ...accounts.get(id) }),
  }),
});

provider.use(async (context, next) => {
  if (!context.path.startsWith("/test/")) return next();
  let body = "";
  for await (const part of context.req) body += part;
  const [, , kind, name] = context.path.split("/");
  if (kind === "app") reached = JSON.parse(body).url;
  else accounts.set(name, JSON.parse(body));
  context.body = "done";
});

provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
