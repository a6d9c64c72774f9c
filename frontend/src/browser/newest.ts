/** Does one thing after the other, so that they come to a server in the order in which they were asked for. */
export interface Newest {
  /**
   * Of those that wait their turn only the newest is done. What it gives is undefined where it was not, or where a
   * newer one was asked for meanwhile, which then says how it went.
   */
  ask<T>(work: () => Promise<T>): Promise<T | undefined>;
  /** Something is under way, or waits for that. */
  busy(): boolean;
  /** Waits until nothing is. */
  idle(): Promise<void>;
  /** How often something was asked for. */
  count(): number;
}

export function newest(): Newest {
  let asked = 0;
  let open = 0;
  let last: Promise<unknown> = Promise.resolve();

  async function ask<T>(work: () => Promise<T>): Promise<T | undefined> {
    const mine = ++asked;
    const isNewest = () => mine === asked;
    open += 1;
    const doing = last.then(() => (isNewest() ? work() : undefined));
    last = doing.then(done, done);
    try {
      const result = await doing;
      return isNewest() ? result : undefined;
    } catch (error) {
      if (isNewest()) throw error;
      return undefined;
    }
  }

  function done(): void {
    open -= 1;
  }

  async function idle(): Promise<void> {
    while (open) await last;
  }

  return { ask, idle, busy: () => open > 0, count: () => asked };
}
