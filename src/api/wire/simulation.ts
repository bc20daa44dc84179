/** Whether Seam lets one name the credential with this error code. */
export function goesWithCredential(errorCode: string, credentialId: string | undefined): boolean {
  return (
    credentialId === undefined ||
    errorCode === 'uncategorized_error' ||
    errorCode === 'action_attempt_expired'
  );
}

/** What to say when it does not. */
export const GOES_WITH_A_CREDENTIAL = (parameter: string) => ({
  path: [parameter],
  message: `${parameter} goes with error_code uncategorized_error or action_attempt_expired only`,
});
