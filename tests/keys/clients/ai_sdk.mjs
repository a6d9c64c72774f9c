// What the AI SDK gets of `full` by @ai-sdk/openai-compatible, as a whole and streamed. Prints JSON.
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateText, jsonSchema, streamText, tool } from "ai";

const [baseURL, apiKey] = process.argv.slice(2);
const ours = createOpenAICompatible({ name: "ours", baseURL, apiKey, includeUsage: true });
const find = tool({ inputSchema: jsonSchema({ type: "object", properties: { a: { type: "integer" } } }) });
const ask = { model: ours("default"), prompt: "hello", tools: { find } };

async function told(result) {
  const usage = await result.usage;
  return {
    text: await result.text,
    reasoning: await result.reasoningText,
    calls: (await result.toolCalls).map((call) => [call.toolName, call.input]),
    finish: await result.finishReason,
    tokens: [usage.inputTokens, usage.outputTokens, usage.totalTokens],
  };
}

const whole = await told(await generateText(ask));
const stream = streamText(ask);
await stream.consumeStream();
console.log(JSON.stringify({ whole, streamed: await told(stream) }));
