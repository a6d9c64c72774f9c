// What openai-node gets of `full`, as a whole and streamed. Prints JSON.
import OpenAI from "openai";

const [baseURL, apiKey] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey });
const ask = { model: "default", messages: [{ role: "user", content: "hello" }] };

const answer = await client.chat.completions.create(ask);
const text = {};
const calls = [];
let usage = null;
let reason = null;
const options = { include_usage: true };
const stream = await client.chat.completions.create({ ...ask, stream: true, stream_options: options });
for await (const chunk of stream) {
  usage = chunk.usage ?? usage;
  for (const choice of chunk.choices) {
    const { tool_calls, ...delta } = choice.delta;
    calls.push(...(tool_calls ?? []));
    for (const [name, piece] of Object.entries(delta)) text[name] = (text[name] ?? "") + piece;
    reason = choice.finish_reason ?? reason;
  }
}
const missing = await client.chat.completions.create({ ...ask, model: "missing" }).catch((error) => error);
console.log(
  JSON.stringify({
    id: answer.id,
    whole: { ...answer.choices[0], usage: answer.usage, model: answer.model },
    streamed: { message: text, calls, finish_reason: reason, usage },
    missing: { kind: missing.constructor.name, code: missing.code, status: missing.status },
  }),
);
