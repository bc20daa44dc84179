import type { Candidate, PortLine, PortSource, PortTrouble, Sight } from '../../../drivers/ports/contract.ts';
import { LineEnd } from '../../../drivers/ports/line-end.ts';
import { EncoderError } from '../../../src/encoder/errors.ts';

/** A line without a device. */
export class ScriptedLine implements PortLine {
  readonly #end: LineEnd;
  /** What became of it, in order. */
  readonly story: string[];

  constructor(path: string, story: string[]) {
    this.#end = new LineEnd(path);
    this.story = story;
  }

  get path(): string {
    return this.#end.path;
  }

  get gone(): AbortSignal {
    return this.#end.gone;
  }

  lose(reason: EncoderError = new EncoderError('device_lost', 'lost')): void {
    this.#end.come(reason);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.story.push(`closed ${this.path}`);
    this.lose(new EncoderError('device_lost', 'closed'));
  }
}

/** A place where a test says what is plugged in, and what opening it comes to. */
export class ScriptedSource implements PortSource<ScriptedLine> {
  candidates: readonly Candidate[];
  troubles: readonly PortTrouble[] = [];
  /** What became of its lines, in order. */
  readonly story: string[] = [];
  readonly lines: ScriptedLine[] = [];
  #looks = 0;
  readonly #lookers = new Set<() => void>();

  constructor(...paths: readonly string[]) {
    this.candidates = paths.map(candidateAt);
  }

  /** May be replaced. */
  onOpen = async (candidate: Candidate, _signal: AbortSignal): Promise<ScriptedLine> => this.line(candidate);

  /** May be replaced. */
  onLook = async (): Promise<Sight> => ({ candidates: this.candidates, troubles: this.troubles });

  line({ path }: Candidate): ScriptedLine {
    const line = new ScriptedLine(path, this.story);
    this.lines.push(line);
    return line;
  }

  async look(): Promise<Sight> {
    const sight = await this.onLook();
    this.#looks += 1;
    for (const looker of this.#lookers) looker();
    return sight;
  }

  /** Resolves after so many more looks around. */
  async looked(times: number): Promise<void> {
    const enough = this.#looks + times;
    const done = Promise.withResolvers<void>();
    const looker = () => this.#looks >= enough && done.resolve();
    this.#lookers.add(looker);
    await done.promise;
    this.#lookers.delete(looker);
  }

  open(candidate: Candidate, signal: AbortSignal): Promise<ScriptedLine> {
    this.story.push(`opening ${candidate.path}`);
    return this.onOpen(candidate, signal);
  }
}

export function candidateAt(path: string): Candidate {
  return { key: `key-of-${path.replace(/^.*\//, '').toLowerCase()}`, path };
}
