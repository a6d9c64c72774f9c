/** What is said of a file under its name. */
import type { Attachment } from "../../api/types";
import { locale } from "../../browser/preferences";
import { isPicture, kindOf, sizeOf } from "./sizes";
import { text } from "./texts";

export function aboutOf(file: Attachment): string {
  const words = [
    !isPicture(file) && kindOf(file, text().text),
    file.pages && text().pages(file.pages),
    file.characters === 0 && text().noText,
    sizeOf(file.bytes, locale.value),
  ];
  return words.filter(Boolean).join(" · ");
}
