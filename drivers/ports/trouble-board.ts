import type { DriverLog, DriverNews } from '../../src/encoder/contract.ts';
import { complaintOf, type PortComplaint } from './complaint.ts';
import type { PortTrouble } from './contract.ts';

/** The troubles of all ports of a driver. What changes is told, and logged when it begins and when it ends. */
export class TroubleBoard {
  readonly #tell: (news: DriverNews) => void;
  readonly #log: DriverLog;
  readonly #complaints = new Map<string, PortComplaint>();
  #sighted: readonly string[] = [];
  #told: string | null = null;

  constructor(tell: (news: DriverNews) => void, log: DriverLog) {
    this.#tell = tell;
    this.#log = log;
  }

  /** `place` is the candidate's key, or whatever else the trouble is known by. */
  begin(place: string, complaint: PortComplaint): void {
    const before = this.#complaints.get(place);
    if (before?.reason === complaint.reason) return;
    this.#complaints.set(place, complaint);
    this.#log.warn(
      { port: place, trouble: complaint.kind, reason: complaint.reason },
      'a port has a trouble',
    );
    this.#tellChange();
  }

  /** Nothing when there was none. */
  end(place: string): void {
    if (!this.#complaints.delete(place)) return;
    this.#log.info({ port: place }, 'the trouble of a port has ended');
    this.#tellChange();
  }

  /** All that the last look around has to complain of. */
  sighted(troubles: readonly PortTrouble[]): void {
    const before = this.#sighted;
    this.#sighted = troubles.map(({ message }) => message);
    for (const place of before) if (!this.#sighted.includes(place)) this.end(place);
    for (const trouble of troubles) this.begin(trouble.message, complaintOf(trouble));
  }

  #tellChange(): void {
    const reasons = [...this.#complaints]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { reason }]) => reason);
    const reason = reasons.length === 0 ? null : [...new Set(reasons)].join(' ');
    if (reason === this.#told) return;
    this.#told = reason;
    this.#tell({ news: 'trouble', reason });
  }
}
