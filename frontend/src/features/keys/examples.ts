/** How other programs are told to use a key. */
export type Tool = "python" | "curl";

export interface Access {
  /** Where our API begins. */
  url: string;
  key: string;
  /** As requests name it. */
  model: string;
}

export function example(tool: Tool, access: Access): string {
  return tool === "python" ? python(access) : curl(access);
}

/** Strings of JSON are Python's as well. */
function python({ url, key, model }: Access): string {
  const [address, secret, name] = [url, key, model].map((word) => JSON.stringify(word));
  return [
    "from openai import OpenAI",
    `client = OpenAI(base_url=${address}, api_key=${secret})`,
    `print(client.chat.completions.create(model=${name}, messages=[{"role": "user", "content": "Hello"}]).choices[0].message.content)`,
  ].join("\n");
}

function curl({ url, key, model }: Access): string {
  const body = `{"model": ${JSON.stringify(model)}, "messages": [{"role": "user", "content": "Hello"}]}`;
  return [
    `curl ${url}/chat/completions \\`,
    `  -H "Authorization: Bearer ${key}" \\`,
    `  -H "Content-Type: application/json" \\`,
    `  -d ${quoted(body)}`,
  ].join("\n");
}

/** One word for a shell of POSIX. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
