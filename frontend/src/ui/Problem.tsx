import { Icon } from "./Icon";

/** What went wrong, where it happened. */
export function Problem({ text }: { text: string | undefined }) {
  return (
    <div role="alert">
      {text && (
        <p class="problem">
          <Icon name="alert" />
          {text}
        </p>
      )}
    </div>
  );
}
