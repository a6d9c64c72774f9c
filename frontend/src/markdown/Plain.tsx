import { breakable } from "../ui/unbroken";

/** A model's text as it was written. */
export function Plain({ text }: { text: string }) {
  return (
    <div class="prose">
      <p class="literal">{breakable(text)}</p>
    </div>
  );
}
