import { runStorm } from '../../test/benches/crowd/storm.ts';
import { cost, type Figure, percentile, plain } from './figure.ts';

/** How many are in the crowd, and for how long, ms; less for a quick look. */
const CLIENTS = Number(process.env['BENCH_CROWD'] ?? 1000);
const STORM_MS = Number(process.env['BENCH_STORM_MS'] ?? 30_000);

/** What a crowd of badly behaved WebSocket clients costs those who behave well. */
export async function benchStorm(): Promise<readonly Figure[]> {
  const { calm, storm, lost, wrong, memoryMb } = await runStorm({
    clients: CLIENTS,
    calmMs: STORM_MS / 3,
    stormMs: STORM_MS,
    sleepMs: 0,
    lettingGoMs: 0,
  });
  if (lost > 0 || wrong.length > 0) throw new Error(`${lost} changes were lost; wrong: ${wrong.join(', ')}`);
  const name = `request of a well-behaved client among ${CLIENTS} others`;
  return [
    ...[0.5, 0.99].map((p) =>
      cost(`${name} (p${p * 100})`, 'ms', percentile(storm, p), percentile(calm, p), 'the same without them'),
    ),
    plain(`memory (RSS) of the daemon before ${CLIENTS} came`, 'MB', memoryMb.calm),
    plain(`memory (RSS) of the daemon with ${CLIENTS}, at most`, 'MB', memoryMb.most),
    plain(`memory (RSS) of the daemon once they are gone`, 'MB', memoryMb.after),
  ];
}
