/** The kinds of access system that Seam knows (Seam: acs_system.external_type). */
export const SYSTEM_TYPES = [
  'pti_site',
  'avigilon_alta_org',
  'salto_ks_site',
  'salto_space_system',
  'brivo_account',
  'hid_credential_manager_organization',
  'visionline_system',
  'assa_abloy_credential_service',
  'latch_building',
  'dormakaba_community_site',
  'dormakaba_ambiance_site',
  'legic_connect_credential_service',
  'assa_abloy_vostio',
  'assa_abloy_vostio_credential_service',
  'hotek_site',
  'kisi_organization',
] as const;

export type SystemType = (typeof SYSTEM_TYPES)[number];

/** What people call them (Seam: external_type_display_name). */
export const SYSTEM_TYPE_LABELS: Readonly<Record<SystemType, string>> = {
  pti_site: 'PTI site',
  avigilon_alta_org: 'Alta organization',
  salto_ks_site: 'Salto KS site',
  salto_space_system: 'Salto Space system',
  brivo_account: 'Brivo account',
  hid_credential_manager_organization: 'HID organization',
  visionline_system: 'Visionline system',
  assa_abloy_credential_service: 'Assa Abloy credential service',
  latch_building: 'Latch building',
  dormakaba_community_site: 'dormakaba Community site',
  dormakaba_ambiance_site: 'dormakaba Ambiance site',
  legic_connect_credential_service: 'Legic Connect credential service',
  assa_abloy_vostio: 'Assa Abloy Vostio',
  assa_abloy_vostio_credential_service: 'Assa Abloy Vostio credential service',
  hotek_site: 'Hotek site',
  kisi_organization: 'Kisi organization',
};
