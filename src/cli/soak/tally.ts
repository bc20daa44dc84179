/** What became of attempts, by what was asked and why it failed. */
export class SoakTally {
  attempts = 0;
  succeeded = 0;
  pulled = 0;
  restarts = 0;
  readonly failures = new Map<string, number>();
  readonly times: number[] = [];

  ok(tookMs: number): void {
    this.attempts += 1;
    this.succeeded += 1;
    this.times.push(tookMs);
    // What a minute holds is enough.
    if (this.times.length > 10_000) this.times.splice(0, 5_000);
  }

  failed(reason: string): void {
    this.attempts += 1;
    this.failures.set(reason, (this.failures.get(reason) ?? 0) + 1);
  }
}
