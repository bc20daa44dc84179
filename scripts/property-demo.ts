import { FAULTS, type Fault, type FaultName } from '../test/network/fault.ts';
import { FaultProxy } from '../test/network/fault-proxy.ts';
import { pairDesk } from '../test/sync/pair-desk.ts';
import { newCard, Station, until } from '../test/sync/station.ts';
import { syncStatus } from '../test/sync/sync-calls.ts';

/** A guest who is made above, and to whom a desk gives a card. */
interface Guest {
  readonly id: string;
  readonly name: string;
}

/** Where the desks' messages go. */
const REPORT = '/v1/bridge/report';

/** What each fault is, in a technician's words. */
const FAULT_WORDS: ReadonlyMap<string, string> = new Map<FaultName, string>([
  ['refused', 'Nobody listens at the address'],
  ['reset_before', 'The connection is reset before the server gets the report'],
  ['reset_after', 'The connection is reset after the server took the report, before it could say so'],
  ['cut_answer', 'The connection is reset in the middle of the answer'],
  ['busy', 'The server says 429, come back in a second'],
  ['failing', 'The server says 500'],
  ['bad_gateway', 'A gateway says 502, in HTML, though the server took the report'],
  ['wrong_json', 'The answer is 200 with half a JSON'],
  ['slow', 'The answer comes a few bytes at a time'],
  ['half_open', 'The server takes the report and its answer never comes'],
  ['stalled', 'The answer never comes, and the connection breaks a little later'],
  ['tls_garbage', 'The other end speaks TLS all of a sudden'],
]);

/** A property server and two desks, and a network between them that goes wrong. */
class Property implements AsyncDisposable {
  readonly proxy: FaultProxy;
  readonly server: Station;
  readonly desks: readonly [Station, Station];
  readonly #leaving: AsyncDisposableStack;

  private constructor(
    proxy: FaultProxy,
    server: Station,
    desks: readonly [Station, Station],
    leaving: AsyncDisposableStack,
  ) {
    this.proxy = proxy;
    this.server = server;
    this.desks = desks;
    this.#leaving = leaving;
  }

  static async open(): Promise<Property> {
    await using parts = new AsyncDisposableStack();
    const proxy = parts.use(await FaultProxy.open(null));
    const [server, first, second] = await Promise.all([
      Station.open('The property server', { allowed_hosts: [`127.0.0.1:${proxy.port}`] }),
      Station.open('Desk 1'),
      Station.open('Desk 2'),
    ]);
    for (const station of [server, first, second]) parts.use(station);
    proxy.target = server.url;
    return new Property(proxy, server, [first, second], parts.move());
  }

  /** Makes a guest at the property server, with the official client. */
  async newGuest(name: string): Promise<Guest> {
    const acs_system_id = await this.server.systemId();
    const user = await this.server.seam.acs.users.create({ acs_system_id, full_name: name });
    return { id: user.acs_user_id, name };
  }

  /** Resolves once both desks know a guest who was made at the property server. */
  async isKnownAtDesks(guest: Guest): Promise<void> {
    await Promise.all(
      this.desks.map((desk) => until(`${guest.name} appears at ${desk.name}`, () => knows(desk, guest))),
    );
  }

  /** How many cards the property server, or a desk, has of a guest. */
  async cardsOf(station: Station, { id }: Guest): Promise<number> {
    return (await station.seam.acs.credentials.list({ acs_user_id: id })).length;
  }

  /** The guest's card is at one of the daemons, and is the only one. */
  async isThereOnce(station: Station, guest: Guest): Promise<void> {
    await until(`the card of ${guest.name} is known at ${station.name}`, async () =>
      (await this.cardsOf(station, guest)) > 0 ? true : null,
    );
    const [desk] = this.desks;
    await until('Desk 1 has nothing left to tell', async () =>
      (await syncStatus(desk)).waiting === 0 ? true : null,
    );
    const count = await this.cardsOf(station, guest);
    if (count !== 1) throw new Error(`${station.name} has ${count} cards of ${guest.name}.`);
  }

  /** Throws when a desk has told something that the property server does not take. */
  async nothingWasRefused(): Promise<void> {
    for (const desk of this.desks) {
      const { refused } = await syncStatus(desk);
      if (refused > 0) throw new Error(`${refused} changes of ${desk.name} were refused.`);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#leaving.disposeAsync();
  }
}

async function knows(desk: Station, { id }: Guest): Promise<true | null> {
  const users = await desk.seam.acs.users.list({});
  return users.some((user) => user.acs_user_id === id) ? true : null;
}

async function assign(desk: Station, guest: Guest): Promise<void> {
  const ended = await desk.scanToAssign(guest.id, newCard());
  if (ended.status !== 'success')
    throw new Error(`The scan at ${desk.name} failed: ${JSON.stringify(ended)}`);
}

async function demo(): Promise<void> {
  say('Starting a property server and two desks with virtual encoders, each a daemon of its own');
  await using property = await Property.open();
  const { server, desks, proxy } = property;
  const [desk] = desks;
  for (const one of desks) {
    await pairDesk(one, server, proxy.url, (code) =>
      say(`${one.name} shows the code ${code}; it is typed at the property server`),
    );
  }
  const ada = await property.newGuest('Ada Lovelace');
  const faults = Object.entries(FAULTS);
  const guests = new Map<string, Guest>();
  for (const [name] of faults) guests.set(name, await property.newGuest(`Guest in spite of ${name}`));
  for (const guest of [ada, ...guests.values()]) await property.isKnownAtDesks(guest);
  say(`${ada.name} and others were created at the property server, and are known at both desks`);

  await server.stop();
  say('The property server is stopped');
  await assign(desk, ada);
  const hint = await until('Desk 1 notices', async () => (await syncStatus(desk)).hint);
  say(`A card was scanned at Desk 1 and is ${ada.name}'s there. Desk 1 says: ${hint}`);
  await server.start();
  proxy.target = server.url;
  await property.isThereOnce(server, ada);
  say('The property server is started again: the assignment is there, once');

  for (const [name, fault] of faults) {
    const guest = guests.get(name);
    if (guest !== undefined) await throughFault(property, guest, fault);
    say(`${FAULT_WORDS.get(name) ?? name}: the assignment arrives, once`);
  }
  for (const guest of [ada, ...guests.values()]) {
    for (const station of [server, ...desks]) await property.isThereOnce(station, guest);
  }
  await property.nothingWasRefused();
  say(`All ${1 + guests.size} assignments are at the property server and at both desks, each once`);
}

/** The same with a network that goes wrong in one way, until Desk 1 has met with it. */
async function throughFault(property: Property, guest: Guest, fault: Fault): Promise<void> {
  const { proxy, server, desks } = property;
  const [desk] = desks;
  const before = proxy.met.get(fault.kind) ?? 0;
  await proxy.set(fault, REPORT);
  await assign(desk, guest);
  await until(`Desk 1 meets with a network that is ${fault.kind}`, async () => {
    if (fault.kind === 'refused') return (await syncStatus(desk)).state === 'offline' ? true : null;
    return (proxy.met.get(fault.kind) ?? 0) > before ? true : null;
  });
  await proxy.set(null);
  await property.isThereOnce(server, guest);
}

function say(step: string): void {
  process.stdout.write(`- ${step}\n`);
}

try {
  await demo();
} catch (error) {
  process.stderr.write(`The demo failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
