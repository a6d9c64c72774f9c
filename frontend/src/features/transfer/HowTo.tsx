import { Fragment } from "preact";
import { showsHow } from "./how";
import { text as texts } from "./howTexts";

/** The way to the file in each product. */
export function HowTo() {
  const text = texts();
  return (
    <details
      class="how-to"
      open={showsHow.value}
      onToggle={({ currentTarget }) => (showsHow.value = currentTarget.open)}
    >
      <summary>{text.summary}</summary>
      <p class="lead">{text.lead}</p>
      <dl>
        {text.products.map(([product, way]) => (
          <Fragment key={product}>
            <dt>{product}</dt>
            <dd>{way}</dd>
          </Fragment>
        ))}
      </dl>
    </details>
  );
}
