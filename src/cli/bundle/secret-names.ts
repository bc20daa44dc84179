const SECRET = /key|token|secret|password|passphrase|credential/i;

/** Names with such a word of settings that hold no secret: a path, a format, yes or no. */
const HARMLESS = /_file$|_format$|^(password|picc_master_key)$/;

/** Whether what a setting holds is a secret, by its name. */
export const isSecretName = (name: string): boolean => SECRET.test(name) && !HARMLESS.test(name);
