import type { Operation } from '../operation.ts';
import { acsCredentialsAssign } from './acs/credentials/assign.ts';
import { acsCredentialsCreate } from './acs/credentials/create.ts';
import { acsCredentialsDelete } from './acs/credentials/delete.ts';
import { acsCredentialsGet } from './acs/credentials/get.ts';
import { acsCredentialsList } from './acs/credentials/list.ts';
import { acsCredentialsListAccessibleEntrances } from './acs/credentials/list_accessible_entrances.ts';
import { acsCredentialsUnassign } from './acs/credentials/unassign.ts';
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
import { acsEntrancesList } from './acs/entrances/list.ts';
import { acsSystemsGet } from './acs/systems/get.ts';
import { acsSystemsList } from './acs/systems/list.ts';
import { acsUsersCreate } from './acs/users/create.ts';
import { acsUsersDelete } from './acs/users/delete.ts';
import { acsUsersGet } from './acs/users/get.ts';
import { acsUsersList } from './acs/users/list.ts';
import { acsUsersUpdate } from './acs/users/update.ts';
import { actionAttemptsCancel } from './action_attempts/cancel.ts';
import { actionAttemptsGet } from './action_attempts/get.ts';
import { actionAttemptsList } from './action_attempts/list.ts';
import { eventsGet } from './events/get.ts';
import { eventsList } from './events/list.ts';
import { health } from './health.ts';
import { userIdentitiesCreate } from './user_identities/create.ts';
import { userIdentitiesGet } from './user_identities/get.ts';
import { userIdentitiesList } from './user_identities/list.ts';
import { cardWritesList } from './v1/card_writes/list.ts';
import { encodersEraseCard } from './v1/encoders/erase_card.ts';
import { encodersInspectCard } from './v1/encoders/inspect_card.ts';
import { entrancesCreate } from './v1/entrances/create.ts';
import { hello } from './v1/hello.ts';
import { workspacesGet } from './workspaces/get.ts';

/** Every operation of the API. */
export const operations: readonly Operation[] = [
  acsCredentialsAssign,
  acsCredentialsCreate,
  acsCredentialsDelete,
  acsCredentialsGet,
  acsCredentialsList,
  acsCredentialsListAccessibleEntrances,
  acsCredentialsUnassign,
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
  acsEntrancesList,
  acsSystemsGet,
  acsSystemsList,
  acsUsersCreate,
  acsUsersDelete,
  acsUsersGet,
  acsUsersList,
  acsUsersUpdate,
  actionAttemptsCancel,
  actionAttemptsGet,
  actionAttemptsList,
  eventsGet,
  eventsList,
  health,
  userIdentitiesCreate,
  userIdentitiesGet,
  userIdentitiesList,
  cardWritesList,
  encodersEraseCard,
  encodersInspectCard,
  entrancesCreate,
  hello,
  workspacesGet,
];
