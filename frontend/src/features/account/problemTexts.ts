import { texts } from "../../i18n";

const en = {
  provider_refused: "That login was cancelled, or refused there. Try again, or log in another way.",
  provider_unavailable: "The service that you log in with cannot be reached. Try again in a moment.",
  provider_answer_invalid:
    "The answer of the service that you log in with was not right, so nobody was logged in. Tell the operator of this server if it stays so.",
  login_expired: "This login took too long, or began in another browser. Begin again.",
  identity_not_linked:
    "There is an account with your e-mail address here already. Log in as you did before, then link the two in Settings › Account.",
  identity_taken: "That account is linked to somebody else's here.",
  registration_closed:
    "You have no account here yet, and new ones are not made this way. Ask the operator of this server.",
  not_allowed: "The account that you log in with may not use this server. Ask its operator.",
  account_disabled: "Your account here is disabled. Ask the operator of this server.",
  approval_pending: "Your account waits for an administrator to approve it. Then you can log in.",
  email_unverified:
    "The e-mail address of your account here is not confirmed, and the service that you log in with does not vouch for it. Have it confirmed there, or ask the operator of this server.",
  rate_limited: "That was a lot at once. Wait a moment, then try again.",
  other: "That login did not work. Try again, or log in another way.",
};

const zhCN: typeof en = {
  provider_refused: "登录已取消或被对方拒绝。请重试，或换用其他方式登录。",
  provider_unavailable: "暂时无法连接登录服务，请稍后重试。",
  provider_answer_invalid: "登录服务的回应有误，未能登录。如果持续出现，请告知本站管理员。",
  login_expired: "此次登录已超时，或是在另一个浏览器中发起的。请重新开始。",
  identity_not_linked: "本站已有使用你邮箱的账号。请先用原来的方式登录，再到“设置 › 账号”中关联。",
  identity_taken: "该账号已关联到本站的其他用户。",
  registration_closed: "你在本站还没有账号，且不能用此方式新建。请联系本站管理员。",
  not_allowed: "你登录所用的账号无权使用本站，请联系管理员。",
  account_disabled: "你在本站的账号已停用，请联系管理员。",
  approval_pending: "你的账号正在等待管理员批准，批准后即可登录。",
  email_unverified:
    "你在本站账号的邮箱尚未验证，你所用的登录服务也未确认它。请先在登录服务处验证邮箱，或联系本站管理员。",
  rate_limited: "操作过于频繁，请稍后再试。",
  other: "登录未成功。请重试，或换用其他方式登录。",
};

const texted = texts<Record<string, string>>({ en, "zh-CN": zhCN });

/** What to tell of a login by a provider that led to none; its code came in an address that anyone can write. */
export function problemText(code: string): string {
  return Object.hasOwn(en, code) ? texted()[code]! : texted().other!;
}
