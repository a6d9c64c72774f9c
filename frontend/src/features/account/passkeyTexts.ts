import { texts } from "../../i18n";

const en = {
  title: "Passkeys",
  lead: "Log in with the fingerprint, the face or the PIN of a device, without a password.",
  add: "Add a passkey",
  name: "Name",
  nameHint: "By which you know it again.",
  wrong: (told: string) => `This ${told}.`,
  make: "Create",
  added: (name: string) => `“${name}” was added.`,
  addedOn: (when: string) => `added ${when}`,
  used: (when: string) => `last used ${when}`,
  unused: "not used yet",
  synced: "synced",
  rename: "Rename",
  renameOne: (name: string) => `Rename ${name}`,
  remove: "Remove",
  removeOne: (name: string) => `Remove ${name}`,
  removeLead: (name: string) =>
    `“${name}” opens your account no more. Remove it from your device or password manager, too.`,
  removed: (name: string) => `“${name}” was removed.`,
  most: (most: number) => `You have ${most} passkeys. Remove one to add another.`,
  trouble: {
    refused: "Your browser did not let the page ask for a passkey. Try again.",
    known: "This device has a passkey for your account already.",
    address: "Passkeys do not work at this address of the server. Use the one that its operator gave you.",
    unable: "This device cannot keep a passkey. It may want a screen lock, or another device or security key.",
    failed: "The passkey could not be read. Try again, or use another one.",
  },
};

const zhCN: typeof en = {
  title: "通行密钥",
  lead: "用设备的指纹、面容或 PIN 码登录，无需密码。",
  add: "添加通行密钥",
  name: "名称",
  nameHint: "便于你日后辨认。",
  wrong: (told) => `${told}。`,
  make: "创建",
  added: (name) => `已添加“${name}”。`,
  addedOn: (when) => `添加于${when}`,
  used: (when) => `上次使用：${when}`,
  unused: "尚未使用",
  synced: "已同步",
  rename: "重命名",
  renameOne: (name) => `重命名 ${name}`,
  remove: "移除",
  removeOne: (name) => `移除 ${name}`,
  removeLead: (name) => `移除后，“${name}”将无法登录你的账号。请同时从设备或密码管理器中删除。`,
  removed: (name) => `已移除“${name}”。`,
  most: (most) => `你已有 ${most} 个通行密钥。移除一个后才能添加。`,
  trouble: {
    refused: "浏览器未允许本页面使用通行密钥，请重试。",
    known: "此设备已有你账号的通行密钥。",
    address: "通行密钥无法在此地址使用，请使用管理员提供的网址。",
    unable: "此设备无法保存通行密钥。可能需要设置屏幕锁，或改用其他设备或安全密钥。",
    failed: "无法读取通行密钥，请重试或换用其他通行密钥。",
  },
};

/** Texts of passkeys. */
export const passkeyText = texts({ en, "zh-CN": zhCN });
