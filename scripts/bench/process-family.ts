import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts processor time in hundredths of a second (proc(5), /proc/PID/stat). */
const TICKS_PER_SECOND = 100;

/** What a process and its children hold, and have used since they began. */
export interface FamilyUse {
  /** Resident memory, MB; pages that they share are counted for each. */
  readonly rssMb: number;
  /** Processor time, seconds. */
  readonly cpuSeconds: number;
  /** How often one of their threads was waiting and went on (proc(5), voluntary_ctxt_switches). */
  readonly wakeUps: number;
}

/** What a process and all that it started use by now. */
export function useOf(pid: number): FamilyUse {
  const uses = familyOf(pid).map((one) => ({
    rssMb: Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${one}/status`, 'utf8'))?.[1] ?? 0) / 1024,
    cpuSeconds: ticksOf(one) / TICKS_PER_SECOND,
    wakeUps: sum(readdirSync(`/proc/${one}/task`).map((thread) => wakeUpsOf(`/proc/${one}/task/${thread}`))),
  }));
  return {
    rssMb: sum(uses.map(({ rssMb }) => rssMb)),
    cpuSeconds: sum(uses.map(({ cpuSeconds }) => cpuSeconds)),
    wakeUps: sum(uses.map(({ wakeUps }) => wakeUps)),
  };
}

function familyOf(pid: number): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return [pid, ...(children === '' ? [] : children.split(' ').flatMap((child) => familyOf(Number(child))))];
}

function ticksOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return Number(fields[11]) + Number(fields[12]);
}

function wakeUpsOf(thread: string): number {
  return Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(readFileSync(`${thread}/status`, 'utf8'))?.[1]);
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
