import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { SiteKeys } from '../../src/card/site-keys.ts';
import { parseKeyFile } from '../../src/site-keys/key-file.ts';
import type { RawClient } from './raw-client.ts';

const started = z.object({ capture: z.looseObject({ capture_id: z.string() }) });
const read = z.object({
  lines: z.array(z.looseObject({ kind: z.string() })),
  next: z.int(),
  is_over: z.boolean(),
});

/** What `encoderctl capture` would have written of an encoder while this was done. */
export async function captured(
  admin: RawClient,
  acs_encoder_id: string,
  with_payload: boolean,
  work: () => Promise<unknown>,
): Promise<string> {
  const path = '/v1/flight_recorder';
  const { capture } = await admin.ask(
    `${path}/start_capture`,
    { acs_encoder_id, with_payload, seconds: 300 },
    started,
  );
  const { capture_id } = capture;
  await work();
  await admin.ask(`${path}/stop_capture`, { capture_id }, z.object({}));
  const lines: object[] = [{ format: 'encoderd capture 1', ...capture }];
  for (let after = 0, isOver = false; !isOver; ) {
    const part = await admin.ask(`${path}/read_capture`, { capture_id, after }, read);
    lines.push(...part.lines);
    after = part.next;
    isOver = part.is_over;
  }
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** The keys of the site whose state folder this is. */
export function siteKeysIn(stateDir: string): SiteKeys {
  const path = join(stateDir, 'site-keys.json');
  return parseKeyFile(readFileSync(path, 'utf8'), path);
}
