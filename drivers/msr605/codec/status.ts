/** The status byte at the end of an answer (MSR605 Programmer's Manual rev B, section 7). */
export type Status =
  /** 30: done. */
  | 'ok'
  /** 31, and those of 32 to 3F that the manual does not name: the stripe was not read or not written. */
  | 'read_write_error'
  /** 32: the device did not understand the data block. */
  | 'format_error'
  /** 34: the device does not know the command. */
  | 'invalid_command'
  /** 39: the card was swiped too fast, too slowly or not evenly. */
  | 'bad_swipe'
  /** 41: a setting or a select byte was refused. */
  | 'refused';

/** The byte by its name; undefined: no status. */
export function statusOf(byte: number): Status | undefined {
  switch (byte) {
    case 0x30:
      return 'ok';
    case 0x32:
      return 'format_error';
    case 0x34:
      return 'invalid_command';
    case 0x39:
      return 'bad_swipe';
    case 0x41:
      return 'refused';
    default:
      return byte > 0x30 && byte <= 0x3f ? 'read_write_error' : undefined;
  }
}

/** Whether another swipe may go better: the device understood what it was asked. */
export function isSwipesFault(status: Status): boolean {
  return status === 'read_write_error' || status === 'bad_swipe';
}
