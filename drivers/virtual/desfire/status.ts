/** Status bytes of a DESFire (NXP MF3D(H)x3, table "Status codes"). */
export const OK = 0x00;
export const NO_CHANGES = 0x0c;
export const OUT_OF_MEMORY = 0x0e;
export const ILLEGAL_COMMAND = 0x1c;
export const INTEGRITY_ERROR = 0x1e;
export const NO_SUCH_KEY = 0x40;
export const LENGTH_ERROR = 0x7e;
export const PERMISSION_DENIED = 0x9d;
export const PARAMETER_ERROR = 0x9e;
export const APPLICATION_NOT_FOUND = 0xa0;
export const AUTHENTICATION_ERROR = 0xae;
export const MORE = 0xaf;
export const BOUNDARY_ERROR = 0xbe;
export const COMMAND_ABORTED = 0xca;
export const COUNT_ERROR = 0xce;
export const DUPLICATE = 0xde;
export const FILE_NOT_FOUND = 0xf0;

/** The card's no. It is thrown within the chip and leaves it as a status byte. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`the card answers ${status.toString(16).toUpperCase().padStart(2, '0')}`);
    this.status = status;
  }
}
