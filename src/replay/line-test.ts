/**
 * Of a PN532, Diagnose with the test of the line (NXP UM0701-02, section 7.2.1): the host draws bytes at random, and the chip repeats them. No two runs send the same, so what
 * is compared is that it is this command, and the answer of then gets the bytes of now.
 */

/** D4 00 00, and then what is drawn. */
const HEAD = [0xd4, 0x00, 0x00];

/** Where the drawn bytes stand in a message; null: it is another message. */
function drawnAt(message: Uint8Array): { readonly from: number; readonly to: number } | null {
  const at = message.findIndex((_, index) => HEAD.every((byte, ahead) => message[index + ahead] === byte));
  // Its check and a zero follow.
  return at < 0 || message.length < at + 6 ? null : { from: at + HEAD.length, to: message.length - 2 };
}

/** Whether both are this command, with as many bytes. */
export function areLineTests(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && drawnAt(one) !== null && drawnAt(other) !== null;
}

/** The answer to `captured` as it is to `sent`, which has other drawn bytes; its check is put right. */
export function answeredAnew(answer: Uint8Array, captured: Uint8Array, sent: Uint8Array): Uint8Array {
  const place = drawnAt(captured);
  if (place === null) return answer;
  const before = captured.subarray(place.from, place.to);
  const now = sent.subarray(place.from, place.to);
  const at = answer.findIndex((_, index) => before.every((byte, ahead) => answer[index + ahead] === byte));
  if (at < 0) return answer;
  const made = answer.slice();
  made.set(now, at);
  const check = at + now.length;
  made[check] = (made[check] ?? 0) + sum(before) - sum(now);
  return made;
}

const sum = (bytes: Uint8Array): number => bytes.reduce((total, byte) => total + byte, 0);
