import type { ImportRead } from "../../api/schema";
import { texts } from "../../i18n";

const inEnglish = new Intl.NumberFormat("en").format;
const inChinese = new Intl.NumberFormat("zh-CN").format;

/** Of a whole import. */
type ImportWhy = NonNullable<ImportRead["why"]>;
type Counted = (n: number) => string;

/** "1 message", "2 messages". */
const many =
  (one: string, others: string): Counted =>
  (n) =>
    n === 1 ? `1 ${one}` : `${inEnglish(n)} ${others}`;

const en = {
  whole: {
    encrypted: "This ZIP is protected by a password. Unpack it, pack it without one, and try again.",
    links: "This ZIP holds links to other places. Choose the file as it was exported.",
    paths: "This ZIP names files outside of it. Choose the file as it was exported.",
    packed_otherwise: "This ZIP is packed in a way that cannot be read. Unpack it, pack it anew, and try again.",
    not_readable: "This ZIP is damaged. Download it again and choose the new file.",
    too_many_members: "This ZIP holds too many files. Choose the file as it was exported.",
    too_large: "Unpacked it would be larger than this server takes.",
    nested: "This ZIP holds other ZIPs. Choose the one with the conversations in it.",
    not_recognised: "No product's conversations were found in it. Choose the file as it was exported.",
    unreadable: "It is damaged, or too much to read. Export it again and choose the new file.",
    storage_full: "The server's disk is full. Tell its operator.",
    expired: "It had not ended after a day. Begin it again: what is here already is not doubled.",
    file_gone: "Its file is not on the server any more. Begin it again: what is here already is not doubled.",
  } satisfies Record<ImportWhy, string> as Record<string, string>,
  wholeOther: "It could not be read.",
  items: {
    deleted: "It was deleted here. Restore it, or delete it for good, to have it brought in again.",
    no_messages: "There are no messages in it.",
    no_mapping: "There are no messages in it.",
    no_chat: "There are no messages in it.",
    no_chat_messages: "There are no messages in it.",
    not_an_object: "It is not a conversation.",
    not_a_chat_line: "It is not a line of a chat.",
    too_large: "It is larger than a conversation may be.",
    cut_off: "The file ends in the midst of it.",
    unreadable: "It is damaged, or no conversation as this product makes them.",
  } as Record<string, string>,
  itemOther: (code: string) => `It could not be read (${code}).`,
  notes: {
    hidden: many("hidden message left out", "hidden messages left out"),
    system: many("system message taken for instructions", "system messages taken for instructions"),
    tool: many("message of a tool left out", "messages of tools left out"),
    tool_call: many("call of a tool left out", "calls of tools left out"),
    thoughts: many("thought put with its reply", "thoughts put with their replies"),
    recap: many("recap left out", "recaps left out"),
    empty: many("empty message left out", "empty messages left out"),
    no_author: many("message by nobody left out", "messages by nobody left out"),
    unknown_role: many("message by an unknown role left out", "messages by unknown roles left out"),
    unknown_part: many("part of an unknown kind left out", "parts of unknown kinds left out"),
    bad_node: many("unreadable message left out", "unreadable messages left out"),
    merged: many("part joined to the reply before it", "parts joined to the replies before them"),
    orphan: many("message without the one before it", "messages without the ones before them"),
    cycle_cut: many("loop cut", "loops cut"),
    message_id_reused: many("id used twice", "ids used twice"),
    parent_from_children: many("place found by what follows", "places found by what follows"),
    current_unknown: (_: number) => "the newest version is shown",
    stored: many("file stored", "files stored"),
    text: many("file taken as text", "files taken as text"),
    missing: many("file missing", "files missing"),
  } as Record<string, Counted>,
  noteOther: (code: string, n: number) => `${code}: ${inEnglish(n)}`,
  missing: (name: string, why: string) => `${name}: ${why}`,
  missingWhy: {
    quota: "no room left for your files",
    too_large: "too large",
    not_supported: "of a kind that cannot be read",
    unreadable: "damaged",
    deleted: "deleted there",
  } as Record<string, string>,
  missingOther: "not in the export",
};

const times =
  (words: string): Counted =>
  (n) =>
    words.replace("#", inChinese(n));

const zhCN: typeof en = {
  whole: {
    encrypted: "此 ZIP 有密码保护。请解压后不加密码重新打包，再试一次。",
    links: "此 ZIP 中有指向别处的链接。请选择导出时的原文件。",
    paths: "此 ZIP 中有指向外部的文件名。请选择导出时的原文件。",
    packed_otherwise: "无法读取此 ZIP 的压缩方式。请解压后重新打包，再试一次。",
    not_readable: "此 ZIP 已损坏。请重新下载后再选择。",
    too_many_members: "此 ZIP 中的文件太多。请选择导出时的原文件。",
    too_large: "解压后超过了本服务器的大小上限。",
    nested: "此 ZIP 中还有 ZIP。请选择其中包含对话的那一个。",
    not_recognised: "没有找到任何已知产品的对话。请选择导出时的原文件。",
    unreadable: "文件已损坏，或内容过多无法读取。请重新导出后再选择。",
    storage_full: "服务器磁盘已满，请告知管理员。",
    expired: "一天之内未能完成。请重新导入，已有的对话不会重复。",
    file_gone: "服务器上已没有该文件。请重新导入，已有的对话不会重复。",
  },
  wholeOther: "无法读取此文件。",
  items: {
    deleted: "已在这里删除。恢复它，或彻底删除后再次导入。",
    no_messages: "其中没有消息。",
    no_mapping: "其中没有消息。",
    no_chat: "其中没有消息。",
    no_chat_messages: "其中没有消息。",
    not_an_object: "不是一个对话。",
    not_a_chat_line: "不是一行对话。",
    too_large: "超过了单个对话的大小上限。",
    cut_off: "文件在此处中断。",
    unreadable: "已损坏，或不是该产品格式的对话。",
  },
  itemOther: (code) => `无法读取（${code}）。`,
  notes: {
    hidden: times("略去 # 条隐藏消息"),
    system: times("# 条系统消息转为指令"),
    tool: times("略去 # 条工具消息"),
    tool_call: times("略去 # 次工具调用"),
    thoughts: times("# 段思考归入其回复"),
    recap: times("略去 # 条思考摘要"),
    empty: times("略去 # 条空消息"),
    no_author: times("略去 # 条无发送者的消息"),
    unknown_role: times("略去 # 条未知角色的消息"),
    unknown_part: times("略去 # 个未知类型的部分"),
    bad_node: times("略去 # 条无法读取的消息"),
    merged: times("# 段内容并入前一条回复"),
    orphan: times("# 条消息缺少前文"),
    cycle_cut: times("断开 # 处循环"),
    message_id_reused: times("# 个编号重复"),
    parent_from_children: times("# 处位置由后文推得"),
    current_unknown: () => "显示最新的版本",
    stored: times("存入 # 个文件"),
    text: times("# 个文件存为文本"),
    missing: times("缺少 # 个文件"),
  },
  noteOther: (code, n) => `${code}：${inChinese(n)}`,
  missing: (name, why) => `${name}：${why}`,
  missingWhy: {
    quota: "文件空间已满",
    too_large: "太大",
    not_supported: "无法读取这种文件",
    unreadable: "已损坏",
    deleted: "原处已删除",
  },
  missingOther: "导出文件中没有",
};

/** Why something was not imported as it was, and what was done to it. */
export const text = texts({ en, "zh-CN": zhCN });
