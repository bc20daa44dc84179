import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Station } from './station.ts';

const ENCODERCTL = fileURLToPath(new URL('../../src/cli/encoderctl.ts', import.meta.url));

/** Six letters and digits that nobody takes for one another, with a space or a hyphen in the middle or without. */
const CODE = /\b([A-HJKMNP-Z2-9]{3})[ -]?([A-HJKMNP-Z2-9]{3})\b/;

/** Pairs a desk with a property server, as two technicians do: `said` hears the code. Rejects with what the desk said when that failed. */
export async function pairDesk(
  desk: Station,
  server: Station,
  url: string,
  said: (code: string) => void = () => {},
): Promise<void> {
  const env = { ...process.env, ENCODERD_STATE_DIR: desk.stateDir };
  const command = spawn(process.execPath, [ENCODERCTL, 'pair', url], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [ended, complaints] = [once(command, 'exit'), text(command.stderr)];
  const lines: string[] = [];
  const shown = new Promise<string>((resolve) => {
    createInterface({ input: command.stdout }).on('line', (line) => {
      lines.push(line);
      const found = CODE.exec(line);
      if (found !== null) resolve(`${found[1]}${found[2]}`);
    });
  });
  try {
    const code = await Promise.race([shown, ended.then(() => null)]);
    if (code !== null) {
      said(code);
      await server.encoderctl('desks', 'pair', code);
    }
    const [exitCode] = await ended;
    if (exitCode !== 0) throw new Error(`encoderctl pair: ${lines.join('\n')}${await complaints}`);
  } finally {
    command.kill('SIGKILL');
  }
}
