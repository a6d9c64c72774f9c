import { texts } from "../../i18n";

const en = {
  title: "Parameters",
  lead: "Only what stands here is sent. Which of it a model takes, its server decides.",
  set: (n: number) => (n ? `${n} set` : "none set"),
  names: {
    temperature: "Temperature",
    top_p: "Top P",
    max_tokens: "Most tokens of a reply",
    seed: "Seed",
    presence_penalty: "Presence penalty",
    frequency_penalty: "Frequency penalty",
    reasoning_effort: "Reasoning effort",
    stop: "Stop at",
    extra: "Further ones, as JSON",
  },
  ranges: {
    temperature: "0 – 2",
    top_p: "0 – 1",
    max_tokens: "1 or more",
    seed: "whole number",
    presence_penalty: "−2 – 2",
    frequency_penalty: "−2 – 2",
    reasoning_effort: "low, medium, high …",
  },
  stopHint: "Up to four texts, one a line; \\n stands for a line break.",
  wrong: {
    number: "This is no number.",
    json: "This is no JSON object.",
    told: (what: string) => `This ${what}.`,
  },
};

const zhCN: typeof en = {
  title: "参数",
  lead: "只发送这里填写的参数；模型是否接受，由其服务决定。",
  set: (n) => (n ? `已设 ${n} 项` : "未设置"),
  names: {
    temperature: "温度（temperature）",
    top_p: "Top P",
    max_tokens: "回复的 token 上限",
    seed: "随机种子（seed）",
    presence_penalty: "存在惩罚（presence）",
    frequency_penalty: "频率惩罚（frequency）",
    reasoning_effort: "思考强度",
    stop: "停止词",
    extra: "其他参数（JSON）",
  },
  ranges: {
    temperature: "0 – 2",
    top_p: "0 – 1",
    max_tokens: "不小于 1",
    seed: "整数",
    presence_penalty: "−2 – 2",
    frequency_penalty: "−2 – 2",
    reasoning_effort: "low、medium、high…",
  },
  stopHint: "最多四个，每行一个；\\n 表示换行。",
  wrong: {
    number: "这不是数字。",
    json: "这不是 JSON 对象。",
    told: (what) => `${what}。`,
  },
};

/** Texts of the parameters. */
export const text = texts({ en, "zh-CN": zhCN });
