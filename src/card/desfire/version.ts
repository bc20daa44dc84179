/** What GetVersion says, 28 bytes: hardware 7, software 7, uid 7, batch 5, week and year of production. */
const VERSION_BYTES = 28;
const GENERATIONS: ReadonlyMap<number, string> = new Map([
  [0x00, 'MIFARE DESFire'],
  [0x01, 'MIFARE DESFire EV1'],
  [0x12, 'MIFARE DESFire EV2'],
  [0x22, 'MIFARE DESFire EV2'],
  [0x33, 'MIFARE DESFire EV3'],
  [0x30, 'MIFARE DESFire Light'],
]);

/** For a technician: which card it is. Bytes that are missing or unknown give less. */
export function versionFacts(version: Uint8Array): readonly (readonly [name: string, value: string])[] {
  const major = version[3] ?? 0;
  const revision = `${major.toString(16)}.${(version[4] ?? 0).toString(16)}`;
  const facts: (readonly [string, string])[] = [
    ['Chip', `${GENERATIONS.get(major) ?? 'unknown'} (hardware ${revision})`],
    ['Storage', storage(version[5] ?? 0)],
  ];
  if (version.length === VERSION_BYTES) {
    const digits = Buffer.from(version).toString('hex').toUpperCase();
    facts.push(
      ['Batch', digits.slice(42, 52)],
      ['Made', `week ${digits.slice(52, 54)} of 20${digits.slice(54)}`],
    );
  }
  return facts;
}

/** The upper 7 bits are the power of 2; the lowest says "or more, but less than twice that". */
function storage(code: number): string {
  const bytes = 2 ** (code >> 1);
  return (code & 1) === 0 ? `${bytes} bytes` : `${bytes} to ${2 * bytes} bytes`;
}
