/** What a file is, in few words. */
import type { Attachment } from "../../api/types";

const UNITS = ["B", "kB", "MB", "GB"] as const;

/** "1.2 MB": of 1,024 each, as the limits are set. */
export function sizeOf(bytes: number, locale: string): string {
  let number = bytes;
  let unit = 0;
  for (; Math.round(number) >= 1024 && unit < UNITS.length - 1; unit++) number /= 1024;
  const digits = unit && number < 9.95 ? 1 : 0;
  return `${number.toLocaleString(locale, { maximumFractionDigits: digits })} ${UNITS[unit]}`;
}

const KINDS: Record<string, string> = {
  "application/pdf": "PDF",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word",
  "text/html": "HTML",
};

export function isPicture({ type }: Pick<Attachment, "type">): boolean {
  return type.startsWith("image/");
}

/** Of a document: "PDF"; of text what its name ends with, if that is short. */
export function kindOf({ type, name }: Pick<Attachment, "type" | "name">, text: string): string {
  const end = /\.([a-z\d]{1,5})$/i.exec(name)?.[1];
  return KINDS[type] ?? end?.toUpperCase() ?? text;
}

const ENDINGS: Record<string, RegExp> = { "image/jpeg": /\.jpe?g$/i, "image/png": /\.png$/i };

/** Pictures are made anew by the server, and may be of another kind than their name says. */
export function named(name: string, type: string): string {
  const ending = ENDINGS[type];
  if (!ending || ending.test(name)) return name;
  return `${name.replace(/\.(png|gif|webp|avif|hei[cf]|jpe?g|bmp|tiff?)$/i, "")}.${type === "image/png" ? "png" : "jpg"}`;
}
