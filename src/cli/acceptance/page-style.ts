/** The style of the acceptance report: light, dark, and on paper (A4). Colours have a contrast of 4.5 to 1 or better (WCAG 2.2 AA). */
export const PAGE_STYLE = `
:root {
  --paper: #ffffff; --ground: #f3f4f6; --ink: #16202c; --quiet: #51606f; --line: #d7dde3; --rail: #e6eaee;
  --half: #1f5f99; --most: #9cc3e6; --pass: #116434; --pass-ground: #e0f3e7; --fail: #a11622; --fail-ground: #fde6e7;
  --none-ground: #eceff2;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #161c23; --ground: #0d1116; --ink: #e8edf2; --quiet: #a3b0bd; --line: #303a45; --rail: #28313b;
    --half: #7ab8f0; --most: #3a5f80; --pass: #7fdca4; --pass-ground: #133322; --fail: #ff9aa2; --fail-ground: #43161b;
    --none-ground: #28313b;
  }
}
* { box-sizing: border-box; }
html { background: var(--ground); color: var(--ink); font: 15px/1.45 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
body { margin: 0; }
main { max-width: 56rem; margin: 1.5rem auto; padding: 2rem 2.25rem; background: var(--paper); border: 1px solid var(--line); border-radius: 10px; }
h1 { margin: 0; font-size: 1.75rem; line-height: 1.2; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { margin: 0 0 0.6rem; font-size: 1.02rem; }
p { margin: 0; }
section { margin-top: 1.75rem; }
header { display: flex; justify-content: space-between; align-items: flex-start; gap: 1.5rem; }
.kind { color: var(--quiet); font-size: 0.85rem; margin-bottom: 0.15rem; }
.where { color: var(--quiet); margin-top: 0.25rem; }
.where span { white-space: nowrap; }
.verdict { flex: none; padding: 0.55rem 1.1rem; border-radius: 8px; font-size: 1.35rem; font-weight: 700; text-align: center; }
.verdict span { display: block; font-size: 0.78rem; font-weight: 400; }
.verdict.passed { color: var(--pass); background: var(--pass-ground); }
.verdict.failed { color: var(--fail); background: var(--fail-ground); }
dl { display: grid; grid-template-columns: 1fr 1fr; gap: 0 2rem; margin: 0; border-top: 1px solid var(--line); }
dl div { padding: 0.45rem 0; border-bottom: 1px solid var(--line); min-width: 0; }
dt { color: var(--quiet); font-size: 0.8rem; }
dd { margin: 0; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; table-layout: fixed; }
th { text-align: left; font-size: 0.8rem; font-weight: 600; color: var(--quiet); padding: 0 0 0.35rem; border-bottom: 1px solid var(--line); }
th:nth-child(2) { width: 5rem; }
th.time { width: 14.5rem; }
td { padding: 0.5rem 0; vertical-align: top; border-bottom: 1px solid var(--line); }
td:first-child { padding-right: 1.25rem; overflow-wrap: anywhere; }
td p { color: var(--quiet); font-size: 0.88rem; }
.mark { display: inline-block; min-width: 3.4rem; padding: 0.1rem 0.5rem; border-radius: 999px; text-align: center; font-size: 0.85rem; font-weight: 600; background: var(--none-ground); }
.pass .mark { color: var(--pass); background: var(--pass-ground); }
.fail .mark { color: var(--fail); background: var(--fail-ground); }
.fail td p:first-of-type { color: var(--fail); }
td .number { color: var(--ink); font-size: 0.95rem; font-variant-numeric: tabular-nums; display: flex; justify-content: space-between; }
.p99, .none { color: var(--quiet); font-size: 0.85rem; }
td .of { font-size: 0.78rem; }
svg { display: block; width: 100%; height: 7px; margin: 0.2rem 0; border-radius: 3px; }
.rail { fill: var(--rail); } .most { fill: var(--most); } .half { fill: var(--half); }
.legend, footer { color: var(--quiet); font-size: 0.8rem; margin-top: 0.8rem; }
.left { color: var(--fail); }
.lines { display: grid; grid-template-columns: 2fr 1fr 2fr; gap: 2rem; margin-top: 2.6rem; }
.lines p { border-top: 1px solid var(--ink); padding-top: 0.25rem; color: var(--quiet); font-size: 0.8rem; }
footer { margin-top: 1.5rem; border-top: 1px solid var(--line); padding-top: 0.7rem; }
@media (max-width: 40rem) {
  main { margin: 0; padding: 1.25rem; border: 0; border-radius: 0; }
  header { flex-direction: column; gap: 0.8rem; }
  dl, .lines { grid-template-columns: 1fr; }
  th.time { width: 8.5rem; } th:nth-child(2) { width: 4.4rem; }
  td .number { display: block; }
}
@page { size: A4; margin: 14mm 15mm; }
@media print {
  :root {
    --paper: #ffffff; --ground: #ffffff; --ink: #000000; --quiet: #3c4650; --line: #b9c1c9; --rail: #e6eaee;
    --half: #1f5f99; --most: #9cc3e6; --pass: #0d5029; --pass-ground: #e0f3e7; --fail: #8f101b; --fail-ground: #fde6e7;
    --none-ground: #eceff2;
  }
  html { font-size: 12.5px; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  main { max-width: none; margin: 0; padding: 0; border: 0; }
  td { padding: 0.28rem 0; }
  td .of { font-size: 0.72rem; }
  section { margin-top: 1.2rem; }
  tr, .sign, dl div { break-inside: avoid; }
  h2 { break-after: avoid; }
}
`;
