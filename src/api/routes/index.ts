import type { Operation } from '../operation.ts';
import { acsAccessGroupsAddUser } from './acs/access_groups/add_user.ts';
import { acsAccessGroupsDelete } from './acs/access_groups/delete.ts';
import { acsAccessGroupsGet } from './acs/access_groups/get.ts';
import { acsAccessGroupsList } from './acs/access_groups/list.ts';
import { acsAccessGroupsListAccessibleEntrances } from './acs/access_groups/list_accessible_entrances.ts';
import { acsAccessGroupsListUsers } from './acs/access_groups/list_users.ts';
import { acsAccessGroupsRemoveUser } from './acs/access_groups/remove_user.ts';
import { acsAccessGroupsUnmanagedGet } from './acs/access_groups/unmanaged/get.ts';
import { acsAccessGroupsUnmanagedList } from './acs/access_groups/unmanaged/list.ts';
import { acsCredentialsAssign } from './acs/credentials/assign.ts';
import { acsCredentialsCreate } from './acs/credentials/create.ts';
import { acsCredentialsCreateOfflineCode } from './acs/credentials/create_offline_code.ts';
import { acsCredentialsDelete } from './acs/credentials/delete.ts';
import { acsCredentialsGet } from './acs/credentials/get.ts';
import { acsCredentialsList } from './acs/credentials/list.ts';
import { acsCredentialsListAccessibleEntrances } from './acs/credentials/list_accessible_entrances.ts';
import { acsCredentialsUnassign } from './acs/credentials/unassign.ts';
import { acsCredentialsUnmanagedGet } from './acs/credentials/unmanaged/get.ts';
import { acsCredentialsUnmanagedList } from './acs/credentials/unmanaged/list.ts';
import { acsCredentialsUpdate } from './acs/credentials/update.ts';
import { acsEncodersEncodeCredential } from './acs/encoders/encode_credential.ts';
import { acsEncodersGet } from './acs/encoders/get.ts';
import { acsEncodersList } from './acs/encoders/list.ts';
import { acsEncodersScanCredential } from './acs/encoders/scan_credential.ts';
import { acsEncodersScanToAssignCredential } from './acs/encoders/scan_to_assign_credential.ts';
import { acsEncodersSimulateNextCredentialEncodeWillFail } from './acs/encoders/simulate/next_credential_encode_will_fail.ts';
import { acsEncodersSimulateNextCredentialEncodeWillSucceed } from './acs/encoders/simulate/next_credential_encode_will_succeed.ts';
import { acsEncodersSimulateNextCredentialScanWillFail } from './acs/encoders/simulate/next_credential_scan_will_fail.ts';
import { acsEncodersSimulateNextCredentialScanWillSucceed } from './acs/encoders/simulate/next_credential_scan_will_succeed.ts';
import { acsEncodersSimulatePlaceCard } from './acs/encoders/simulate/place_card.ts';
import { acsEncodersSimulateRemoveCard } from './acs/encoders/simulate/remove_card.ts';
import { acsEntrancesGet } from './acs/entrances/get.ts';
import { acsEntrancesGrantAccess } from './acs/entrances/grant_access.ts';
import { acsEntrancesList } from './acs/entrances/list.ts';
import { acsEntrancesListCredentialsWithAccess } from './acs/entrances/list_credentials_with_access.ts';
import { acsSystemsGet } from './acs/systems/get.ts';
import { acsSystemsList } from './acs/systems/list.ts';
import { acsSystemsListCompatibleCredentialManagerAcsSystems } from './acs/systems/list_compatible_credential_manager_acs_systems.ts';
import { acsSystemsReportDevices } from './acs/systems/report_devices.ts';
import { acsUsersAddToAccessGroup } from './acs/users/add_to_access_group.ts';
import { acsUsersCreate } from './acs/users/create.ts';
import { acsUsersDelete } from './acs/users/delete.ts';
import { acsUsersGet } from './acs/users/get.ts';
import { acsUsersList } from './acs/users/list.ts';
import { acsUsersListAccessibleEntrances } from './acs/users/list_accessible_entrances.ts';
import { acsUsersRemoveFromAccessGroup } from './acs/users/remove_from_access_group.ts';
import { acsUsersRevokeAccessToAllEntrances } from './acs/users/revoke_access_to_all_entrances.ts';
import { acsUsersSuspend } from './acs/users/suspend.ts';
import { acsUsersUnmanagedGet } from './acs/users/unmanaged/get.ts';
import { acsUsersUnmanagedList } from './acs/users/unmanaged/list.ts';
import { acsUsersUnsuspend } from './acs/users/unsuspend.ts';
import { acsUsersUpdate } from './acs/users/update.ts';
import { actionAttemptsCancel } from './action_attempts/cancel.ts';
import { actionAttemptsGet } from './action_attempts/get.ts';
import { actionAttemptsList } from './action_attempts/list.ts';
import { clientSessionsCreate } from './client_sessions/create.ts';
import { clientSessionsDelete } from './client_sessions/delete.ts';
import { clientSessionsGet } from './client_sessions/get.ts';
import { clientSessionsGetOrCreate } from './client_sessions/get_or_create.ts';
import { clientSessionsGrantAccess } from './client_sessions/grant_access.ts';
import { clientSessionsList } from './client_sessions/list.ts';
import { clientSessionsRevoke } from './client_sessions/revoke.ts';
import { eventsGet } from './events/get.ts';
import { eventsList } from './events/list.ts';
import { health } from './health.ts';
import { userIdentitiesAddAcsUser } from './user_identities/add_acs_user.ts';
import { userIdentitiesCreate } from './user_identities/create.ts';
import { userIdentitiesDelete } from './user_identities/delete.ts';
import { userIdentitiesGet } from './user_identities/get.ts';
import { userIdentitiesList } from './user_identities/list.ts';
import { userIdentitiesListAccessibleEntrances } from './user_identities/list_accessible_entrances.ts';
import { userIdentitiesListAcsSystems } from './user_identities/list_acs_systems.ts';
import { userIdentitiesListAcsUsers } from './user_identities/list_acs_users.ts';
import { userIdentitiesRemoveAcsUser } from './user_identities/remove_acs_user.ts';
import { userIdentitiesUnmanagedGet } from './user_identities/unmanaged/get.ts';
import { userIdentitiesUnmanagedList } from './user_identities/unmanaged/list.ts';
import { userIdentitiesUnmanagedUpdate } from './user_identities/unmanaged/update.ts';
import { userIdentitiesUpdate } from './user_identities/update.ts';
import { accessGroupsCreate } from './v1/access_groups/create.ts';
import { accessGroupsUpdate } from './v1/access_groups/update.ts';
import { assignmentsUndo } from './v1/assignments/undo.ts';
import { auditLogList } from './v1/audit_log/list.ts';
import { bridgeClaimPairing } from './v1/bridge/claim_pairing.ts';
import { bridgeHello } from './v1/bridge/hello.ts';
import { bridgeNews } from './v1/bridge/news.ts';
import { bridgeRead } from './v1/bridge/read.ts';
import { bridgeReport } from './v1/bridge/report.ts';
import { bridgeRequestPairing } from './v1/bridge/request_pairing.ts';
import { bridgeWalk } from './v1/bridge/walk.ts';
import { cardWritesList } from './v1/card_writes/list.ts';
import { desksAdd } from './v1/desks/add.ts';
import { desksConfirmPairing } from './v1/desks/confirm_pairing.ts';
import { desksList } from './v1/desks/list.ts';
import { desksRemove } from './v1/desks/remove.ts';
import { desksReplaceKey } from './v1/desks/replace_key.ts';
import { encodersEraseCard } from './v1/encoders/erase_card.ts';
import { encodersIdentify } from './v1/encoders/identify.ts';
import { encodersInspectCard } from './v1/encoders/inspect_card.ts';
import { encodersListHealth } from './v1/encoders/list_health.ts';
import { encodersPing } from './v1/encoders/ping.ts';
import { entrancesCreate } from './v1/entrances/create.ts';
import { entrancesDelete } from './v1/entrances/delete.ts';
import { flightRecorderList } from './v1/flight_recorder/list.ts';
import { flightRecorderReadCapture } from './v1/flight_recorder/read_capture.ts';
import { flightRecorderStartCapture } from './v1/flight_recorder/start_capture.ts';
import { flightRecorderStopCapture } from './v1/flight_recorder/stop_capture.ts';
import { hello } from './v1/hello.ts';
import { logList } from './v1/log/list.ts';
import { pairingConfirm } from './v1/pairing/confirm.ts';
import { pairingList } from './v1/pairing/list.ts';
import { pairingRefuse } from './v1/pairing/refuse.ts';
import { pairingRequest } from './v1/pairing/request.ts';
import { syncDrop } from './v1/sync/drop.ts';
import { syncGetPairing } from './v1/sync/get_pairing.ts';
import { syncPair } from './v1/sync/pair.ts';
import { syncRefused } from './v1/sync/refused.ts';
import { syncResync } from './v1/sync/resync.ts';
import { syncRetry } from './v1/sync/retry.ts';
import { syncStatus } from './v1/sync/status.ts';
import { syncTakeTheirs } from './v1/sync/take_theirs.ts';
import { syncUnpair } from './v1/sync/unpair.ts';
import { webhooksDeliveriesList } from './v1/webhooks/deliveries/list.ts';
import { webhooksDeliveriesReplay } from './v1/webhooks/deliveries/replay.ts';
import { webhooksCreate } from './webhooks/create.ts';
import { webhooksDelete } from './webhooks/delete.ts';
import { webhooksGet } from './webhooks/get.ts';
import { webhooksList } from './webhooks/list.ts';
import { webhooksUpdate } from './webhooks/update.ts';
import { workspacesGet } from './workspaces/get.ts';
import { workspacesList } from './workspaces/list.ts';

/** Every operation of the API. */
export const operations: readonly Operation[] = [
  acsAccessGroupsAddUser,
  acsAccessGroupsDelete,
  acsAccessGroupsGet,
  acsAccessGroupsList,
  acsAccessGroupsListAccessibleEntrances,
  acsAccessGroupsListUsers,
  acsAccessGroupsRemoveUser,
  acsAccessGroupsUnmanagedGet,
  acsAccessGroupsUnmanagedList,
  acsCredentialsAssign,
  acsCredentialsCreate,
  acsCredentialsCreateOfflineCode,
  acsCredentialsDelete,
  acsCredentialsGet,
  acsCredentialsList,
  acsCredentialsListAccessibleEntrances,
  acsCredentialsUnassign,
  acsCredentialsUnmanagedGet,
  acsCredentialsUnmanagedList,
  acsCredentialsUpdate,
  acsEncodersEncodeCredential,
  acsEncodersGet,
  acsEncodersList,
  acsEncodersScanCredential,
  acsEncodersScanToAssignCredential,
  acsEncodersSimulateNextCredentialEncodeWillFail,
  acsEncodersSimulateNextCredentialEncodeWillSucceed,
  acsEncodersSimulateNextCredentialScanWillFail,
  acsEncodersSimulateNextCredentialScanWillSucceed,
  acsEncodersSimulatePlaceCard,
  acsEncodersSimulateRemoveCard,
  acsEntrancesGet,
  acsEntrancesGrantAccess,
  acsEntrancesList,
  acsEntrancesListCredentialsWithAccess,
  acsSystemsGet,
  acsSystemsList,
  acsSystemsListCompatibleCredentialManagerAcsSystems,
  acsSystemsReportDevices,
  acsUsersAddToAccessGroup,
  acsUsersCreate,
  acsUsersDelete,
  acsUsersGet,
  acsUsersList,
  acsUsersListAccessibleEntrances,
  acsUsersRemoveFromAccessGroup,
  acsUsersRevokeAccessToAllEntrances,
  acsUsersSuspend,
  acsUsersUnmanagedGet,
  acsUsersUnmanagedList,
  acsUsersUnsuspend,
  acsUsersUpdate,
  actionAttemptsCancel,
  actionAttemptsGet,
  actionAttemptsList,
  clientSessionsCreate,
  clientSessionsDelete,
  clientSessionsGet,
  clientSessionsGetOrCreate,
  clientSessionsGrantAccess,
  clientSessionsList,
  clientSessionsRevoke,
  eventsGet,
  eventsList,
  health,
  userIdentitiesAddAcsUser,
  userIdentitiesCreate,
  userIdentitiesDelete,
  userIdentitiesGet,
  userIdentitiesList,
  userIdentitiesListAccessibleEntrances,
  userIdentitiesListAcsSystems,
  userIdentitiesListAcsUsers,
  userIdentitiesRemoveAcsUser,
  userIdentitiesUnmanagedGet,
  userIdentitiesUnmanagedList,
  userIdentitiesUnmanagedUpdate,
  userIdentitiesUpdate,
  accessGroupsCreate,
  accessGroupsUpdate,
  assignmentsUndo,
  auditLogList,
  bridgeClaimPairing,
  bridgeHello,
  bridgeNews,
  bridgeRead,
  bridgeReport,
  bridgeRequestPairing,
  bridgeWalk,
  cardWritesList,
  desksAdd,
  desksConfirmPairing,
  desksList,
  desksRemove,
  desksReplaceKey,
  encodersEraseCard,
  encodersInspectCard,
  encodersListHealth,
  encodersIdentify,
  encodersPing,
  entrancesCreate,
  entrancesDelete,
  flightRecorderList,
  flightRecorderReadCapture,
  flightRecorderStartCapture,
  flightRecorderStopCapture,
  hello,
  logList,
  pairingConfirm,
  pairingList,
  pairingRefuse,
  pairingRequest,
  syncDrop,
  syncRefused,
  syncResync,
  syncRetry,
  syncStatus,
  syncTakeTheirs,
  syncGetPairing,
  syncPair,
  syncUnpair,
  webhooksDeliveriesList,
  webhooksDeliveriesReplay,
  webhooksCreate,
  webhooksDelete,
  webhooksGet,
  webhooksList,
  webhooksUpdate,
  workspacesGet,
  workspacesList,
];
