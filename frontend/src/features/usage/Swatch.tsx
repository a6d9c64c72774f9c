/** The fills of the chart's parts: each has a colour and a texture, so that it is known without its colour. */

const TEXTURES = [
  "",
  "M-1 7 7-1M-1 1 1-1M5 7 7 5",
  "M1.5 1.5h1M4.5 4.5h1",
  "M-1-1 7 7M5-1 7 1M-1 5 1 7",
  "M0 3h6",
  "M3 0v6",
];

/** Draws them once, for all that names them. */
export function Fills() {
  return (
    <svg class="fills" aria-hidden="true">
      <defs>
        {TEXTURES.map((texture, place) => (
          <pattern key={texture} id={`usage-${place}`} width="6" height="6" patternUnits="userSpaceOnUse">
            <rect class={`series-${place}`} width="6" height="6" />
            {texture && <path class="texture" d={texture} />}
          </pattern>
        ))}
      </defs>
    </svg>
  );
}

/** The last is that of all others. */
export function fillOf(place: number, isOthers: boolean): string {
  return `url(#usage-${isOthers ? TEXTURES.length - 1 : place})`;
}

/** Shows which part of the chart a name means. */
export function Swatch({ fill }: { fill: string }) {
  return (
    <svg class="swatch" viewBox="0 0 12 12" aria-hidden="true">
      <rect width="12" height="12" rx="2" fill={fill} />
    </svg>
  );
}
