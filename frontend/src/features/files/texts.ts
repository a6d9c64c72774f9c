import { texts } from "../../i18n";
import { sizeOf } from "./sizes";

const number = (locale: string) => new Intl.NumberFormat(locale).format;
const inEnglish = number("en");
const inChinese = number("zh-CN");

const en = {
  list: "Files for this message",
  ofMessage: "Attached files",
  text: "Text",
  remove: (name: string) => `Remove ${name}`,
  open: (name: string) => `Open ${name}`,
  retry: (name: string) => `Try ${name} again`,
  inLine: "Waiting to be uploaded",
  interrupted: "Waiting for the server",
  uploading: (percent: number) => `Uploading, ${percent} %`,
  reading: "Being read…",
  pages: (count: number) => (count === 1 ? "1 page" : `${inEnglish(count)} pages`),
  characters: (count: number) => (count === 1 ? "1 character" : `${inEnglish(count)} characters`),
  noText: "no text in it",
  unseen: (model: string, isOne: boolean) =>
    isOne
      ? `${model} takes no pictures. It will only be told the name of this one.`
      : `${model} takes no pictures. It will only be told their names.`,
  notSeen: (model: string) => `${model} took no pictures. It was only told their names.`,
  otherModel: "Choose another model",
  previous: "Previous picture",
  next: "Next picture",
  position: (n: number, of: number) => `${n} of ${inEnglish(of)}`,
  download: "Download",
  unloaded: "This file could not be loaded.",
  unknownText: "There is no text in this file.",
  longText: (shown: number) => `Only the first ${inEnglish(shown)} characters are shown here.`,
  used: "Files",
  usedLead: "Pictures and documents of your conversations. They go when the last message that holds them is deleted.",
  usedOf: (used: number, quota: number) => `${sizeOf(used, "en")} of ${sizeOf(quota, "en")} used`,
  tooLarge: (most: number) => `Too large. A file can have up to ${sizeOf(most, "en")}.`,
  unreadable: "This could not be read here. Folders cannot be added.",
  gone: "This browser does not have this file any more. Add it again.",
};

const zhCN: typeof en = {
  list: "此消息的附件",
  ofMessage: "附件",
  text: "文本",
  remove: (name) => `移除 ${name}`,
  open: (name) => `打开 ${name}`,
  retry: (name) => `重试 ${name}`,
  inLine: "等待上传",
  interrupted: "等待服务器",
  uploading: (percent) => `正在上传，${percent}%`,
  reading: "正在读取…",
  pages: (count) => `${inChinese(count)} 页`,
  characters: (count) => `${inChinese(count)} 个字符`,
  noText: "没有文字",
  unseen: (model) => `${model} 不支持图像，只会得知图片的名称。`,
  notSeen: (model) => `${model} 没有接受图像，只得知了图片的名称。`,
  otherModel: "选择其他模型",
  previous: "上一张图片",
  next: "下一张图片",
  position: (n, of) => `第 ${n} 张，共 ${inChinese(of)} 张`,
  download: "下载",
  unloaded: "无法加载此文件。",
  unknownText: "此文件中没有文字。",
  longText: (shown) => `此处仅显示前 ${inChinese(shown)} 个字符。`,
  used: "文件",
  usedLead: "各对话中的图片和文档。包含它们的最后一条消息删除后，它们也随之删除。",
  usedOf: (used, quota) => `已用 ${sizeOf(used, "zh-CN")}，共 ${sizeOf(quota, "zh-CN")}`,
  tooLarge: (most) => `文件太大，最大为 ${sizeOf(most, "zh-CN")}。`,
  unreadable: "无法在本机读取。不能添加文件夹。",
  gone: "此浏览器中已没有该文件，请重新添加。",
};

/** Texts about files that go with messages. */
export const text = texts({ en, "zh-CN": zhCN });
