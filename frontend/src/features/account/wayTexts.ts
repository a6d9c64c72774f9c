import { texts } from "../../i18n";

const en = {
  or: "or",
  continueWith: (label: string) => `Continue with ${label}`,
  passkeyLogIn: "Log in with a passkey",
  passkey: "Use a passkey",
};

const zhCN: typeof en = {
  or: "或",
  continueWith: (label) => `使用 ${label} 登录`,
  passkeyLogIn: "使用通行密钥登录",
  passkey: "使用通行密钥",
};

/** Texts of the ways to log in that are no password. */
export const wayText = texts({ en, "zh-CN": zhCN });
