import { texts } from "../../i18n";

const inEnglish = new Intl.NumberFormat("en").format;
const inChinese = new Intl.NumberFormat("zh-CN").format;

const en = {
  title: "Import",
  lead: "Conversations from another product, from the file as it made it. What is here already is not doubled.",
  drop: "Drop a file here, or",
  choose: "choose a file",
  chooseFile: "Choose a file",
  kinds: (most: string) => `ZIP, JSON or JSONL, up to ${most}`,
  sending: (percent: number, sent: string, size: string) => `${percent} % · ${sent} of ${size}`,
  sendingNow: (name: string) => `“${name}” is being uploaded`,
  serverAway: "Waiting for the server. This goes on by itself.",
  goOn: (sent: string, size: string) => `${sent} of ${size} have arrived. Choose the same file to go on.`,
  elsewhere: (sent: string, size: string) => `${sent} of ${size} · being uploaded in another tab or browser`,
  chooseSame: "Choose the file",
  turn: "Waiting for its turn",
  done: (done: number, total: number | null) =>
    total === null ? conversations(done) : `${inEnglish(done)} of ${conversations(total)}`,
  cancel: "Cancel",
  cancelThis: (name: string) => `Cancel the import of ${name}`,
  earlier: "Earlier imports",
  more: "Show more",
  results: {
    created: (n: number) => `${inEnglish(n)} new`,
    updated: (n: number) => `${inEnglish(n)} updated`,
    unchanged: (n: number) => `${inEnglish(n)} unchanged`,
    skipped: (n: number) => `${inEnglish(n)} skipped`,
    failed: (n: number) => `${inEnglish(n)} failed`,
  },
  /** Of one of them. */
  result: { created: "new", updated: "updated", unchanged: "unchanged", skipped: "skipped", failed: "failed" },
  nothing: "no conversations",
  cancelled: "cancelled",
  undoing: "being undone…",
  undone: "undone",
  report: "Report",
  reportOf: (name: string) => `Report of ${name}`,
  undo: "Undo…",
  undoThis: (name: string) => `Undo the import of ${name}`,
  undoLead: (created: number) =>
    created === 1
      ? "The conversation that came with it goes to “Recently deleted”, where it can be restored."
      : `The ${conversations(created)} that came with it go to “Recently deleted”, where each can be restored.`,
  undoKeeps: "What it added to conversations that were here before stays.",
  undoSure: "Undo this import",
  filter: "Show",
  all: (n: number) => `All ${inEnglish(n)}`,
  untitled: "Without a title",
  idThere: (id: string) => `id in the file: ${id}`,
  none: "Nothing to show.",
  exportTitle: "Export",
  exportLead:
    "One ZIP with everything: all conversations as JSON lines and as Markdown, the files in them, and what was used. It can be imported here again, or on another server like this one.",
  exportAll: "Export everything",
  moveIn: "Bring your chats from ChatGPT, Claude, Open WebUI…",
  show: "Show",
  ended: (name: string, results: string) => `“${name}” is imported: ${results}.`,
  failed: (name: string, why: string) => `“${name}” was not imported. ${why}`,
  refused: (name: string) => `“${name}” could not be uploaded.`,
  waitsFor: (name: string) => `The upload of “${name}” was broken off. Choose the file again to go on.`,
  tooLarge: (most: string) => `This file is too large for this server, which takes up to ${most}.`,
  anotherFile: (name: string, size: string) =>
    `This is another file. The import waits for “${name}” with ${size}; cancel it to begin anew.`,
  unreadable: "This could not be read here. Choose the ZIP as it came, or a JSON file, not a folder.",
  oneFile: "One file at a time. Choose the ZIP as it came.",
};

function conversations(n: number): string {
  return n === 1 ? "1 conversation" : `${inEnglish(n)} conversations`;
}

const zhCN: typeof en = {
  title: "导入",
  lead: "从其他产品导出的文件中导入对话，文件无需改动。已有的对话不会重复。",
  drop: "将文件拖到这里，或",
  choose: "选择文件",
  chooseFile: "选择文件",
  kinds: (most) => `ZIP、JSON 或 JSONL，最大 ${most}`,
  sending: (percent, sent, size) => `${percent}% · ${sent} / ${size}`,
  sendingNow: (name) => `正在上传“${name}”`,
  serverAway: "正在等待服务器，恢复后会自动继续。",
  goOn: (sent, size) => `已上传 ${sent}，共 ${size}。选择同一个文件即可继续。`,
  elsewhere: (sent, size) => `${sent} / ${size} · 正在另一个标签页或浏览器中上传`,
  chooseSame: "选择文件",
  turn: "排队中",
  done: (done, total) =>
    total === null ? `${inChinese(done)} 个对话` : `${inChinese(done)} / ${inChinese(total)} 个对话`,
  cancel: "取消",
  cancelThis: (name) => `取消导入 ${name}`,
  earlier: "导入记录",
  more: "显示更多",
  results: {
    created: (n) => `新增 ${inChinese(n)}`,
    updated: (n) => `更新 ${inChinese(n)}`,
    unchanged: (n) => `无变化 ${inChinese(n)}`,
    skipped: (n) => `跳过 ${inChinese(n)}`,
    failed: (n) => `失败 ${inChinese(n)}`,
  },
  result: { created: "新增", updated: "更新", unchanged: "无变化", skipped: "跳过", failed: "失败" },
  nothing: "没有对话",
  cancelled: "已取消",
  undoing: "正在撤销…",
  undone: "已撤销",
  report: "报告",
  reportOf: (name) => `${name} 的导入报告`,
  undo: "撤销…",
  undoThis: (name) => `撤销导入 ${name}`,
  undoLead: (created) => `由它新增的 ${inChinese(created)} 个对话将移到“最近删除”，可以逐个恢复。`,
  undoKeeps: "它为原有对话补充的消息会保留。",
  undoSure: "撤销这次导入",
  filter: "筛选",
  all: (n) => `全部 ${inChinese(n)}`,
  untitled: "无标题",
  idThere: (id) => `文件中的编号：${id}`,
  none: "没有可显示的内容。",
  exportTitle: "导出",
  exportLead:
    "一个 ZIP，包含全部内容：所有对话（JSON 行和 Markdown 两种格式）、其中的文件，以及用量。可以再导入到这里，或导入到另一台同样的服务器。",
  exportAll: "导出全部",
  moveIn: "从 ChatGPT、Claude、Open WebUI 等搬来对话",
  show: "查看",
  ended: (name, results) => `“${name}”已导入：${results}。`,
  failed: (name, why) => `“${name}”未能导入。${why}`,
  refused: (name) => `“${name}”未能上传。`,
  waitsFor: (name) => `“${name}”的上传中断了。重新选择该文件即可继续。`,
  tooLarge: (most) => `文件太大，本服务器最大接收 ${most}。`,
  anotherFile: (name, size) => `这是另一个文件。当前导入等待的是“${name}”（${size}）；如要重新开始，请先取消。`,
  unreadable: "无法在本机读取。请选择下载得到的 ZIP 或 JSON 文件，不要选择文件夹。",
  oneFile: "一次只能导入一个文件。请选择下载得到的 ZIP。",
};

/** Texts of bringing conversations in, and of taking them away. */
export const text = texts({ en, "zh-CN": zhCN });
