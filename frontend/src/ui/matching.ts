/** Those that hold every word that was typed, in their order; whose name begins so come first. */
export function matching<T>(options: readonly T[], typed: string, nameOf: (option: T) => string): T[] {
  const wanted = typed.trim().toLowerCase();
  if (!wanted) return [...options];
  const words = wanted.split(/\s+/);
  const first: T[] = [];
  const others: T[] = [];
  for (const option of options) {
    const name = nameOf(option).toLowerCase();
    if (name.startsWith(wanted)) first.push(option);
    else if (words.every((word) => name.includes(word))) others.push(option);
  }
  return [...first, ...others];
}
