import { markdown } from "../../markdown/markdown";
import { Plain } from "../../markdown/Plain";

/** What a model wrote. */
export function ModelText({ text, streaming }: { text: string; streaming: boolean }) {
  const Markdown = markdown()?.Markdown ?? Plain;
  return <Markdown text={text} streaming={streaming} />;
}
