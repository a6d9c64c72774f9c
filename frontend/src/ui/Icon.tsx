/** The page's own icons: strokes on a 20-unit square. */
const paths = {
  plus: "M10 4v12M4 10h12",
  search: "M9 3.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11ZM13.2 13.2 17 17",
  sidebar: "M3.5 4h13v12h-13zM8 4v12",
  send: "M10 16.5v-13M4.5 9 10 3.5 15.5 9",
  stop: "M5.5 5.5h9v9h-9z",
  copy: "M7.5 7.5h9v9h-9zM12.5 4.5v-1h-9v9h1",
  check: "m4 10.5 4 4 8-9",
  redo: "M15.5 8A6 6 0 1 0 16 11.5M16 4v4h-4",
  edit: "m12.5 4.5 3 3L7 16l-3.5.5L4 13zM11 6l3 3",
  left: "m12 5-5 5 5 5",
  right: "m8 5 5 5-5 5",
  down: "M10 4v12M5 11l5 5 5-5",
  trash: "M4 6h12M8 6V4h4v2M5.5 6l.8 10.5h7.4L14.5 6M8.5 9v5M11.5 9v5",
  settings: "M3 6h7M14 6h3M3 14h3M10 14h7M12 4a2 2 0 1 1 0 4 2 2 0 0 1 0-4ZM8 12a2 2 0 1 1 0 4 2 2 0 0 1 0-4Z",
  close: "m5 5 10 10M15 5 5 15",
  exit: "M8 3.5H4v13h4M13 6.5 16.5 10 13 13.5M8 10h8.5",
  play: "M6 4.5 15.5 10 6 15.5z",
  eye: "M2 10s3-5.5 8-5.5 8 5.5 8 5.5-3 5.5-8 5.5S2 10 2 10ZM10 7.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5Z",
  image: "M3.5 4.5h13v11h-13zM3.5 13l3.5-3.5 3 3 2-2 4.5 4.5M12.5 7.5v.1",
  file: "M5.5 3h6l3.5 3.5V17h-9.5zM11.5 3v3.5H15",
  camera: "M3 6.5h3.5L8 4.5h4l1.5 2H17v9H3zM10 8.2a2.6 2.6 0 1 1 0 5.2 2.6 2.6 0 0 1 0-5.2Z",
  more: "M4.5 10h.01M10 10h.01M15.5 10h.01",
  menu: "M3.5 7h13M3.5 13h8.5",
  open: "m5 8 5 5 5-5",
  keyboard: "M2.5 5h15v10h-15zM5.5 8h.01M8.5 8h.01M11.5 8h.01M14.5 8h.01M6.5 12h7",
  key: "M7 10.5a3 3 0 1 1 0 6 3 3 0 0 1 0-6ZM9.2 11.4 16.5 4M14 6.5l2 2",
  usage: "M4.5 16v-5M10 16V4M15.5 16V8",
  code: "M6.5 5.5 2.5 10l4 4.5M13.5 5.5l4 4.5-4 4.5M11.5 3.5l-3 13",
  data: "M10 3v9M6 8.5l4 4 4-4M3.5 13v3.5h13V13",
  person: "M10 3a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7ZM3.5 17c.6-3 3-4.5 6.5-4.5s5.9 1.5 6.5 4.5",
  shield: "M10 2.8 16 5v5c0 3.6-2.4 6-6 7.2C6.4 16 4 13.6 4 10V5z",
  restore: "M4.5 8A6 6 0 1 1 4 11.5M4 4v4h4",
  globe:
    "M10 2.5a7.5 7.5 0 1 1 0 15 7.5 7.5 0 0 1 0-15ZM2.5 10h15M10 2.5c2.5 2.2 3.5 4.7 3.5 7.5s-1 5.3-3.5 7.5c-2.5-2.2-3.5-4.7-3.5-7.5s1-5.3 3.5-7.5Z",
  theme: "M10 3a7 7 0 1 1 0 14 7 7 0 0 1 0-14ZM10 3v14",
  wrap: "M3.5 5h13M3.5 10h10a3 3 0 0 1 0 6h-3M12.5 13.5 10 16l2.5 2.5",
  preset: "M5 3.5h10v13H5zM8 3.5v13",
  star: "m10 3 2.2 4.6 5 .7-3.6 3.5.8 5-4.4-2.4-4.4 2.4.8-5L2.8 8.3l5-.7z",
  branch: "M6 3.5v13M6 12c0-3 8-2 8-6M14 3.5v3",
  pin: "M7.5 3.5h5M8 3.5v5L6 11.5h8l-2-3v-5M10 11.5v5",
  folder: "M2.5 5h5l1.5 2h8.5v9h-15z",
  archive: "M3 4h14v3.5H3zM4 7.5v8.5h12V7.5M8 10.5h4",
  share: "M10 12V3M6.5 6 10 2.5 13.5 6M6 8.5H4V17h12V8.5h-2",
  alert: "M10 3.5 17.5 16.5h-15zM10 8v4M10 14.2v.1",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class={`icon icon-${name}`} viewBox="0 0 20 20" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}

/** The mark of the page: a word being said, and the caret that goes on. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <path
        class="mark-bubble"
        d="M10 4h12a7 7 0 0 1 7 7v6a7 7 0 0 1-7 7h-7.5L8 29.5V24a6.5 6.5 0 0 1-5-6.5V11a7 7 0 0 1 7-7Z"
      />
      <path class="mark-caret" d="M9 14h6.5M20 9.5v9" />
    </svg>
  );
}
