/** A copy, also of what a Buffer holds, whose `slice` makes none: drivers overwrite bytes once they are done with them. */
export const copied = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes);
