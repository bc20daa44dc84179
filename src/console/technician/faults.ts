/** What can be asked to go wrong at a virtual encoder. */

const SIMULATE = '/acs/encoders/simulate/next_credential';

/** How the next request at an encoder is to end, without a card. Each is one of Seam's simulations. */
export const REHEARSALS = [
  {
    name: 'scan_empty',
    path: `${SIMULATE}_scan_will_fail`,
    terms: { error_code: 'no_credential_on_encoder' },
  },
  {
    name: 'scan_expired',
    path: `${SIMULATE}_scan_will_fail`,
    terms: { error_code: 'action_attempt_expired' },
  },
  { name: 'scan_broken', path: `${SIMULATE}_scan_will_fail`, terms: { error_code: 'uncategorized_error' } },
  {
    name: 'encode_empty',
    path: `${SIMULATE}_encode_will_fail`,
    terms: { error_code: 'no_credential_on_encoder' },
  },
  {
    name: 'encode_torn',
    path: `${SIMULATE}_encode_will_fail`,
    terms: { error_code: 'encoding_interrupted' },
  },
  {
    name: 'encode_broken',
    path: `${SIMULATE}_encode_will_fail`,
    terms: { error_code: 'uncategorized_error' },
  },
  {
    name: 'scan_known',
    path: `${SIMULATE}_scan_will_succeed`,
    terms: { scenario: 'credential_exists_on_seam' },
  },
  {
    name: 'scan_blank',
    path: `${SIMULATE}_scan_will_succeed`,
    terms: { scenario: 'credential_on_encoder_is_empty' },
  },
  {
    name: 'encode_done',
    path: `${SIMULATE}_encode_will_succeed`,
    terms: { scenario: 'credential_is_issued' },
  },
] as const;

export type RehearsalName = (typeof REHEARSALS)[number]['name'];

/** How a card misbehaves that is placed with it: `faults` of simulate/place_card. An exchange is one command of the reader to the card. */
export const CARD_FAULTS = [
  { name: 'none', faults: undefined },
  { name: 'pulled_early', faults: { pulled_at: { exchange: 3, moment: 'before' } } },
  { name: 'pulled_writing', faults: { pulled_at: { exchange: 16, moment: 'after' } } },
  { name: 'slow', faults: { delay_ms: 150 } },
  { name: 'mute', faults: { mute_from: 6 } },
] as const;

export type CardFaultName = (typeof CARD_FAULTS)[number]['name'];
