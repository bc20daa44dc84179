import type { SystemType } from './system-type.ts';

/** The greatest PIN that PTI's access systems take. */
const GREATEST_PTI_CODE = 4_294_967_296n;

/** Why these digits cannot be a PIN in an access system of this type; null: they can. */
export function pinProblem(code: string, type: SystemType | null): string | null {
  if (type !== 'pti_site') return null;
  const isInRange = !code.startsWith('0') && BigInt(code) <= GREATEST_PTI_CODE;
  return isInRange
    ? null
    : `In a PTI access system a code is a whole number from 1 to ${GREATEST_PTI_CODE}, without leading zeros.`;
}
