import { useLayoutEffect, useRef } from "preact/hooks";
import type { KeyCreated } from "../../api/types";
import { ShownOnce } from "../../ui/ShownOnce";
import { text as texts } from "./texts";

/** A key that was made: it can be read here and never again. */
export function MadeKey({ made, onClose }: { made: KeyCreated; onClose: () => void }) {
  const text = texts();
  const box = useRef<HTMLElement>(null);
  useLayoutEffect(() => box.current!.scrollIntoView({ block: "nearest" }), []);
  return (
    <section ref={box} class="key-made" aria-label={text.made(made.name)}>
      <h3>{text.made(made.name)}</h3>
      <ShownOnce
        label={text.key}
        value={made.key}
        note={text.once}
        copy={text.copy}
        done={text.done}
        onDone={onClose}
      />
    </section>
  );
}
