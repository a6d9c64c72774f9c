import type { Piece } from "./snippet";

/** Text with what was looked for marked in it. */
export function Marked({ pieces }: { pieces: Piece[] }) {
  return <>{pieces.map(({ text, marked }, place) => (marked ? <mark key={place}>{text}</mark> : text))}</>;
}
