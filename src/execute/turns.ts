/** Lets one piece of work in after the other, in the order in which they came. */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();

  take<T>(work: () => Promise<T>): Promise<T> {
    // What the one before threw is told to whoever wanted it.
    const mine = this.last.then(work, work);
    this.last = mine;
    return mine;
  }
}
