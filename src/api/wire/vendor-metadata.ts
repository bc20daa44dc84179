import { z } from 'zod';

const flag = z.boolean().optional();
const text = z.string().optional();
const uuid = z.guid().optional();
const uuids = z.array(z.guid()).optional();
const visionlineCardFormat = z.enum(['TLCode', 'rfid48']).optional();

/*
 * What the makers of locks call what they need to know of a credential. What Seam has a type for, in a request or in an answer, must be
 * of that type; anything else is kept as it came.
 */

export const visionlineMetadata = z.looseObject({
  card_format: visionlineCardFormat,
  card_function_type: z.enum(['guest', 'staff']).optional(),
  auto_join: flag,
  override: flag,
  joiner_acs_credential_ids: uuids,
  assa_abloy_credential_service_mobile_endpoint_id: uuid,
  // Names that older apps use.
  cardFormat: visionlineCardFormat,
  label: text,
  is_override_key: flag,
  // What Seam's own answers have.
  card_id: text,
  credential_id: text,
  common_acs_entrance_ids: uuids,
  guest_acs_entrance_ids: uuids,
  /** In an answer: whether the credential opens doors, whatever a request said of it. */
  is_valid: flag,
});

export const vostioMetadata = z.looseObject({
  auto_join: flag,
  join_all_guest_acs_entrances: flag,
  override_all_guest_acs_entrances: flag,
  override_guest_acs_entrance_ids: uuids,
  // What Seam's own answers have.
  door_names: z.array(z.string()).optional(),
  endpoint_id: text,
  key_id: text,
  key_issuing_request_id: text,
});

export const saltoSpaceMetadata = z.looseObject({ assign_new_key: flag, update_current_key: flag });

export const hotekMetadata = z.looseObject({ auto_join: flag, override: flag });

/** The parameters of a new credential, or the fields of one that there is. */
export const vendorMetadata = {
  visionline_metadata: visionlineMetadata.optional(),
  assa_abloy_vostio_metadata: vostioMetadata.optional(),
  salto_space_metadata: saltoSpaceMetadata.optional(),
  hotek_metadata: hotekMetadata.optional(),
};

export const vendorFields = z.object(vendorMetadata);
