/** Code as a file. Loaded when somebody wants one. */

const ENDINGS: Record<string, string> = {
  bash: "sh",
  "c++": "cpp",
  csharp: "cs",
  golang: "go",
  javascript: "js",
  kotlin: "kt",
  markdown: "md",
  perl: "pl",
  powershell: "ps1",
  python: "py",
  ruby: "rb",
  rust: "rs",
  shell: "sh",
  typescript: "ts",
  yaml: "yml",
};

/** Hands the text to the browser as a file that is named by its language. */
export function download(text: string, language: string): void {
  const name = language.toLowerCase();
  const ending = ENDINGS[name] ?? (/^[a-z0-9]{1,10}$/.test(name) ? name : "txt");
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  Object.assign(document.createElement("a"), { href: address, download: `code.${ending}` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000); // the browser may ask where to put it
}
