import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { z } from 'zod';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What an axe run is asked for: everything that WCAG 2.2 AA and good practice have rules for. */
const AXE_RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

const violations = z.array(
  z.object({ id: z.string(), impact: z.string().nullish(), nodes: z.array(z.object({ html: z.string() })) }),
);

/** What axe finds on a page, one line for each rule that is broken. */
export async function axeTroublesOf(page: Page): Promise<readonly string[]> {
  // By the debugger's door, which the page's own policy does not close.
  if (!(await page.evaluate(() => Reflect.has(globalThis, 'axe')))) await page.evaluate(AXE);
  const found: unknown = await page.evaluate(async (values) => {
    const axe = Reflect.get(globalThis, 'axe');
    const results = await axe.run({ runOnly: { type: 'tag', values } });
    return results.violations;
  }, AXE_RULES);
  return violations
    .parse(found)
    .map(({ id, impact, nodes }) => `${id} (${impact}): ${nodes.map(({ html }) => html).join(' | ')}`);
}
