/** What changes from one text to the other, line by line: `- ` before what goes, `+ ` before what comes; what stays is left out. */
export function lineDiff(before: string, after: string): readonly string[] {
  const old = linesOf(before);
  const fresh = linesOf(after);
  const common = longestCommon(old, fresh);
  const diff: string[] = [];
  let at = 0;
  let freshAt = 0;
  for (const line of [...common, null]) {
    while (at < old.length && old[at] !== line) diff.push(`- ${old[at++]}`);
    while (freshAt < fresh.length && fresh[freshAt] !== line) diff.push(`+ ${fresh[freshAt++]}`);
    at += 1;
    freshAt += 1;
  }
  return diff;
}

const linesOf = (text: string): readonly string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));

/** The longest list of lines that both have in this order. */
function longestCommon(a: readonly string[], b: readonly string[]): readonly string[] {
  let row: readonly (readonly string[])[] = Array.from({ length: b.length + 1 }, () => []);
  for (const line of a) {
    const next: (readonly string[])[] = [[]];
    for (const [at, other] of b.entries()) {
      const above = row[at + 1] ?? [];
      const left = next[at] ?? [];
      const longer = above.length >= left.length ? above : left;
      next.push(line === other ? [...(row[at] ?? []), line] : longer);
    }
    row = next;
  }
  return row[b.length] ?? [];
}
