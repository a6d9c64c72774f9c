import { texts } from "../../i18n";

const en = {
  welcome: "Good to see you.",
  logIn: "Log in",
  register: "Create an account",
  resetTitle: "Choose a new password",
  nameOrEmail: "User name or e-mail",
  username: "User name",
  email: "E-mail",
  wrong: (told: string) => `This ${told}.`,
  password: "Password",
  newPassword: "New password",
  passwordHint: "8 characters or more. A few words are better than one clever one.",
  noAccount: "No account yet?",
  haveAccount: "You have an account?",
  closed: "The operator of this server makes the accounts. Ask them for one.",
  forgot: "Forgot your password?",
  forgotTitle: "Reset your password",
  forgotLead: "Enter your e-mail address. If it has an account, a link is on its way to you.",
  forgotAsk: "Ask the operator of this server for a reset link.",
  sendLink: "Send the link",
  linkSent: "If that address has an account, a link is on its way.",
  resetDone: "Your new password is set. Log in with it.",
  tagline: "Your model, your words. Nothing is lost on the way.",
};

const zhCN: typeof en = {
  welcome: "很高兴见到你。",
  logIn: "登录",
  register: "注册账号",
  resetTitle: "设置新密码",
  nameOrEmail: "用户名或邮箱",
  username: "用户名",
  email: "邮箱",
  wrong: (told) => `${told}。`,
  password: "密码",
  newPassword: "新密码",
  passwordHint: "至少 8 个字符。几个词连起来，比一个生僻词更安全。",
  noAccount: "还没有账号？",
  haveAccount: "已有账号？",
  closed: "本站账号由管理员创建，请联系管理员开通。",
  forgot: "忘记密码？",
  forgotTitle: "重置密码",
  forgotLead: "输入你的邮箱。如果该邮箱已注册，你会收到一个重置链接。",
  forgotAsk: "请向本站管理员索取重置链接。",
  sendLink: "发送链接",
  linkSent: "如果该邮箱已注册，链接正在发送中。",
  resetDone: "新密码已设置，请登录。",
  tagline: "你的模型，你的话语，一字不失。",
};

/** Texts for somebody who is not logged in. */
export const authText = texts({ en, "zh-CN": zhCN });
