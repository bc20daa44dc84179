import { inWords } from '../timings.ts';
import { PAGE_STYLE } from './page-style.ts';
import { type AcceptanceReport, type FunctionTimings, type TriedFunction, tally } from './report.ts';

/** How long a bar is, in the units of its own drawing. */
const BAR = { width: 120, height: 12 } as const;

const RESULT_WORDS: Readonly<Record<TriedFunction['result'], string>> = {
  pass: 'pass',
  fail: 'fail',
  not_applicable: 'n/a',
};

/** The report as one HTML file: no script, and nothing that is asked of any network. */
export function acceptancePage(report: AcceptanceReport): string {
  const { verdict, desk, encoder, functions } = report;
  const title = `Acceptance test of ${encoder.name}, ${desk.name}`;
  const longest = Math.max(1, ...functions.flatMap(({ timings }) => (timings === null ? [] : [timings.p99])));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<main>
<header>
<div>
<p class="kind">Golden-card acceptance test</p>
<h1>${escaped(encoder.name)}</h1>
<p class="where">${escaped(desk.name)}, <span>${escaped(dateIn(report.began_at))}</span></p>
</div>
<p class="verdict ${verdict}">${verdict === 'passed' ? 'Passed' : 'Failed'}<span>${escaped(tallyWords(functions))}</span></p>
</header>
<section aria-labelledby="what">
<h2 id="what">What was tested</h2>
<dl>
${facts(report)
  .map(([name, value]) => `<div><dt>${escaped(name)}</dt><dd>${escaped(value)}</dd></div>`)
  .join('\n')}
</dl>
</section>
<section aria-labelledby="functions">
<h2 id="functions">Functions</h2>
<table>
<thead><tr><th scope="col">Function</th><th scope="col">Result</th><th scope="col" class="time">Time</th></tr></thead>
<tbody>
${functions.map((one) => functionRow(one, longest)).join('\n')}
</tbody>
</table>
<p class="legend">A bar is drawn to a logarithmic scale, the same for all rows: dark to the time within which half of the tries ended, light to that of 99 of 100. n/a: this encoder or card has no such thing, or trying it would have destroyed something.</p>
</section>
${leftBehind(report.left_behind)}<section class="sign" aria-labelledby="sign">
<h2 id="sign">Accepted by</h2>
<div class="lines"><p>Name</p><p>Date</p><p>Signature</p></div>
</section>
<footer><p>encoderctl acceptance, encoderd ${escaped(report.versions.encoderd)}. The same as JSON: --output FILE.</p></footer>
</main>
</body>
</html>
`;
}

function functionRow({ title, result, detail, timings }: TriedFunction, longest: number): string {
  return `<tr class="${result}">
<td><strong>${escaped(title)}</strong><p>${escaped(detail)}</p></td>
<td><span class="mark">${RESULT_WORDS[result]}</span></td>
<td class="time">${timings === null ? '<span class="none">not timed</span>' : timingCell(timings, longest)}</td>
</tr>`;
}

function timingCell(timings: FunctionTimings, longest: number): string {
  const { what, count, p50, p99 } = timings;
  const numbers =
    count === 1 ? inWords(p50) : `${inWords(p50)} <span class="p99">99 %: ${inWords(p99)}</span>`;
  return `<p class="number">${numbers}</p>${bar(timings, longest)}<p class="of">${count === 1 ? '' : `${count} × `}${escaped(what)}</p>`;
}

/** Times from 0.1 ms on lie on the bar by their logarithm: what the eye compares is the ratio. */
function bar({ p50, p99 }: FunctionTimings, longest: number): string {
  const decades = Math.log10(Math.max(longest, 1) / 0.1);
  const at = (ms: number) => Math.max(1, (Math.log10(Math.max(ms, 0.1) / 0.1) / decades) * BAR.width);
  const rect = (kind: string, width: number) =>
    `<rect class="${kind}" width="${width.toFixed(1)}" height="${BAR.height}"></rect>`;
  return `<svg viewBox="0 0 ${BAR.width} ${BAR.height}" preserveAspectRatio="none" aria-hidden="true" focusable="false">${rect('rail', BAR.width)}${rect('most', at(p99))}${rect('half', at(p50))}</svg>`;
}

function facts(report: AcceptanceReport): readonly (readonly [string, string])[] {
  const { desk, encoder, versions, card, hand, is_unattended } = report;
  return [
    ['Desk', `${desk.name} on ${desk.host}`],
    ['Encoder', encoder.is_virtual ? `${encoder.name} (virtual: made of code)` : encoder.name],
    ['Driver', encoder.driver],
    ['Firmware, as the device says', encoder.firmware ?? 'it says nothing of itself'],
    [
      'Cards it can write',
      encoder.technologies.length === 0 ? 'none: numbers only' : encoder.technologies.join(', '),
    ],
    [
      'Test card',
      card === null ? 'none was seen' : `${card.technology}, uid ${card.uid}, found ${card.found}`,
    ],
    ['Hand', handWords(hand, is_unattended)],
    ['Began', `${dateIn(report.began_at)}, took ${inWords(report.took_ms)}`],
    ['Versions', `encoderd ${versions.encoderd}, Node.js ${versions.node}, ${versions.system}`],
    ['Encoder id', encoder.acs_encoder_id],
  ];
}

function handWords(hand: AcceptanceReport['hand'], isUnattended: boolean): string {
  if (hand === 'simulated') return 'simulated: no person was there';
  return isUnattended ? 'a person, who was asked nothing (--yes)' : 'a person';
}

function tallyWords(functions: readonly TriedFunction[]): string {
  const { pass, fail, not_applicable } = tally(functions);
  return `${pass} passed, ${fail} failed, ${not_applicable} not applicable`;
}

function leftBehind(things: readonly string[]): string {
  if (things.length === 0) return '';
  const items = things.map((thing) => `<li>${escaped(thing)}</li>`).join('');
  return `<section class="left" aria-labelledby="left"><h2 id="left">Left behind</h2><ul>${items}</ul></section>\n`;
}

/** `2026-12-24 15:04 UTC`: the same wherever the report is read. */
const dateIn = (iso: string) => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
