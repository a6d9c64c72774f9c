import { texts } from "../../i18n";
import type { Shortcut } from "../../ui/shortcuts";

const en = {
  title: "Keyboard",
  does: {
    find: "Find a conversation or a message",
    newChat: "New chat",
    model: "Choose the model",
    attach: "Add files to the message",
    sidebar: "Show or hide the sidebar",
    copyReply: "Copy the last reply",
    copyCode: "Copy the last code",
    editLast: "Edit the last message, from an empty message box",
    stop: "Stop the reply, or close what is open",
    rename: "Rename the conversation",
    undo: "Undo a deletion",
    settings: "Settings",
    keyboard: "This list, also with ?",
  } as Record<Shortcut, string>,
};

const zhCN: typeof en = {
  title: "快捷键",
  does: {
    find: "查找对话或消息",
    newChat: "新对话",
    model: "选择模型",
    attach: "为消息添加文件",
    sidebar: "展开或收起侧栏",
    copyReply: "复制最后一条回复",
    copyCode: "复制最后一段代码",
    editLast: "输入框为空时，编辑上一条消息",
    stop: "停止回复，或关闭弹出的窗口",
    rename: "重命名对话",
    undo: "撤销删除",
    settings: "设置",
    keyboard: "查看快捷键，也可以按 ?",
  },
};

export const text = texts({ en, "zh-CN": zhCN });
