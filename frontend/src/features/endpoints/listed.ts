/** The models that the saved connection offers, asked for once while the page is there. */
import { api } from "../../api/client";

type Listed = Awaited<ReturnType<typeof ask>>;

let listed: Promise<Listed> | undefined;

function ask() {
  return api("POST /auth/config/models", { body: {}, slow: true });
}

export function listModels(): Promise<Listed> {
  if (listed) return listed;
  const asked = ask();
  listed = asked;
  const forget = () => {
    if (listed === asked) forgetModels();
  };
  asked.then(({ error }) => error && forget(), forget);
  return asked;
}

/** The connection is another one now. */
export function forgetModels(): void {
  listed = undefined;
}
