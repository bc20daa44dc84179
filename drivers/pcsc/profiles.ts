import { ACR122_PROFILE, type ReaderProfile, STANDARD_PROFILE } from '../../src/card/storage-card.ts';

interface ProfileRule {
  readonly name: RegExp;
  readonly profile: ReaderProfile;
}

/** The first rule that fits the reader's name counts. The sources are in README.md. */
const PROFILE_RULES: readonly ProfileRule[] = [
  { name: /ACR122/i, profile: ACR122_PROFILE },
  { name: /ACR(125|128|155|158)\d/i, profile: { ...STANDARD_PROFILE, rawExchange: 'transparent' } },
  // Volatile key memory is refused with 6986: its keys go to the non-volatile slots.
  { name: /OMNIKEY/i, profile: { ...STANDARD_PROFILE, loadKeyP1: 0x20, rawExchange: 'transparent' } },
  { name: /(SCM|Identiv).*SCL|SCL(3711|010|011)/i, profile: { ...STANDARD_PROFILE, loadKeyP2: 'type' } },
  { name: /uTrust/i, profile: { ...STANDARD_PROFILE, rawExchange: 'transparent' } },
];

/** How the reader of that PC/SC name wants to be spoken to. */
export function profileOf(readerName: string): ReaderProfile {
  return PROFILE_RULES.find((rule) => rule.name.test(readerName))?.profile ?? STANDARD_PROFILE;
}
