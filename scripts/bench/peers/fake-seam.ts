import { createInterface } from 'node:readline';
import { createFake } from '@seamapi/fake-seam-connect';

/**
 * A program: Seam's own fake of its API with what it begins with. It answers with a line of JSON that has its `url`, a `token`, an access
 * system's `systemId` and a lock's `deviceId`.
 */
const fake = await createFake();
const seed = await fake.seed();
await fake.startServer();
process.stdout.write(
  `${JSON.stringify({
    url: fake.serverUrl,
    token: seed.seam_apikey1_token,
    systemId: seed.visionline_acs_system_1,
    deviceId: seed.august_device_1,
  })}\n`,
);
createInterface({ input: process.stdin }).on('close', () => process.exit());
