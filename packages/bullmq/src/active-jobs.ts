/** Jobs that a worker has taken and not brought to an end, also those whose result waits for Redis. */
export class ActiveJobs {
  readonly #ids = new Map<object, string>();

  async during<T>(job: { id?: string | undefined }, run: () => Promise<T>): Promise<T> {
    this.#ids.set(job, job.id ?? '');
    try {
      return await run();
    } finally {
      this.#ids.delete(job);
    }
  }

  get ids(): string[] {
    return [...this.#ids.values()];
  }
}
