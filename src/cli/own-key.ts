/** What the key is called that this tool makes for itself, to ask the daemon with (src/cli/daemon-client.ts). */
export const OWN_KEY_NAME = 'encoderctl';
