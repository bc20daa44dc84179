import { Computer, type DeskPlaces } from './computer.ts';
import { type DaemonFacts, daemonFacts } from './facts/daemon-facts.ts';
import { type PcscFacts, pcscFacts } from './facts/pcsc-facts.ts';
import { type ServiceFacts, serviceFacts } from './facts/service-facts.ts';
import { type StateFacts, stateFacts } from './facts/state-facts.ts';

/** A desk and its computer at one moment: what several checks want to know of it is found out once. */
export class Desk extends Computer {
  readonly #desk: DeskPlaces;
  readonly #known = new Map<string, Promise<unknown>>();

  constructor(places: DeskPlaces = {}) {
    super(places);
    this.#desk = places;
  }

  /** The same desk, to be looked at anew. */
  again(): Desk {
    return new Desk(this.#desk);
  }

  /** The daemon that runs on the state folder, as far as it can be asked. */
  daemon(): Promise<DaemonFacts> {
    return this.#once('daemon', () => daemonFacts(this));
  }

  /** The smart card service, as the service's user sees it. */
  pcsc(): Promise<PcscFacts> {
    return this.#once('pcsc', () => pcscFacts(this));
  }

  /** The unit, as systemd knows it; null: systemd does not run this computer. */
  service(unit = 'encoderd.service'): Promise<ServiceFacts | null> {
    return this.#once(`service ${unit}`, () => serviceFacts(this, unit));
  }

  /** The state folder and its database. */
  state(): Promise<StateFacts> {
    return this.#once('state', () => stateFacts(this));
  }

  #once<T>(what: string, find: () => Promise<T>): Promise<T>;
  #once(what: string, find: () => Promise<unknown>): Promise<unknown> {
    const known = this.#known.get(what) ?? find();
    this.#known.set(what, known);
    return known;
  }
}
