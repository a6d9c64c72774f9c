/** Both languages have the same texts, each says something, and no code of the API is without one. */
import { expect, it } from "vitest";
import api from "../../../docs/api.md?raw";
import { errors as adminErrors } from "../../src/features/admin/errorTexts";
import { en } from "../../src/i18n/en";
import { zhCN } from "../../src/i18n/zh-CN";

function keys(texts: object, prefix = ""): string[] {
  return Object.entries(texts).flatMap(([key, value]) =>
    value && typeof value === "object" ? keys(value, `${prefix}${key}.`) : [`${prefix}${key}`],
  );
}

it("has the same keys in both languages", () => {
  expect(keys(zhCN)).toEqual(keys(en));
});

/** Those that a part brings with it: the compiler holds one language's keys to the other's. */
const brought = import.meta.glob<string>("../../src/**/*[tT]exts.ts", {
  query: "?raw",
  import: "default",
  eager: true,
});

it("leaves no text empty", () => {
  for (const texts of [en, zhCN]) expect(JSON.stringify(texts)).not.toContain('""');
  expect(Object.keys(brought).length).toBeGreaterThan(1);
  expect(Object.entries(brought).filter(([, source]) => source.includes('""'))).toEqual([]);
});

it("explains every code that docs/api.md lists", () => {
  const tables = api.slice(api.indexOf("## Errors"), api.indexOf("## Limits"));
  const codes = [...tables.matchAll(/^\| `(\w+)` \|/gm)].map((row) => row[1]!);
  const unseen = [
    "not_found",
    "method_not_allowed",
    "origin_not_allowed",
    "invalid_cursor",
    "client_id_reused",
    "session_not_found",
    ...["login_too_old", "second_factor_required", "code_required"], // asked for, not said
    "config_not_found",
    "shared_model",
  ];
  /** Programs are told, by `/v1`. */
  const programs = [
    ...["invalid_api_key", "scope_missing", "invalid_request", "not_supported"],
    ...["endpoint_not_found", "too_many_requests"],
    "logout_token_refused", // a provider
  ];
  /** In the server's words, which name what it is about. */
  const worded = [
    ...["model_gone", "list_full", "parameter_not_supported"],
    ...["import_not_found", "import_over", "import_running", "import_too_large", "wrong_offset"],
    ...["nothing_to_share", "share_not_found", "share_too_long", "shares_off"],
    ...["approval_pending", "email_unverified", "invite_invalid", "invalid_email_link", "invite_not_found"],
    ...[
      "last_way",
      "passkeys_unavailable",
      "passkey_refused",
      "passkey_exists",
      "passkey_not_found",
      "too_many_passkeys",
    ],
    ...["passkey_needs_password", "second_step_over", "second_factor_needed", "factor_exists", "factor_not_found"],
    ...["provider_not_found", "provider_unavailable", "oidc_not_configured", "identity_not_found"],
    ...["avatar_not_found", "avatar_too_large", "avatar_unreadable", "set_by_environment"],
  ];
  const known = [...Object.keys(en.errors), ...Object.keys(adminErrors.en), ...unseen, ...programs, ...worded];
  expect(codes.length).toBeGreaterThan(40);
  expect(codes.filter((code) => !known.includes(code))).toEqual([]);
});

it("tells of continuing only by the button, which is under the last reply alone", () => {
  for (const { errors } of [en, zhCN]) {
    expect(errors.interrupted).not.toMatch(/continue|继续/);
    expect(errors.upstream_interrupted).not.toMatch(/continue|继续/);
  }
});
