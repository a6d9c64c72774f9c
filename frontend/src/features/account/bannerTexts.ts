import { texts } from "../../i18n";

const en = { banner: "From the operator of this server" };
const zhCN: typeof en = { banner: "本站管理员的通知" };

/** Texts of what the operator says to everybody. */
export const text = texts({ en, "zh-CN": zhCN });
