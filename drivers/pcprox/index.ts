import type { CreateDriver, EncoderDriver } from '../../src/encoder/contract.ts';
import type { HidLine, PortSource } from '../ports/contract.ts';
import { hidSource } from '../ports/hid-source.ts';
import { keptDriver } from '../ports/kept-driver.ts';
import { listenBy } from '../ports/listen-to-line.ts';
import type { Pace } from '../ports/pace.ts';
import { wiegandSettings } from '../ports/wiegand-options.ts';
import { namePcproxReport } from './command-names.ts';
import { pcproxGreet } from './greet.ts';
import { pcproxOptions } from './options.ts';
import { PCPROX_PRODUCTS } from './products.ts';

/** The driver `pcprox`: rf IDEAS pcProx readers, over HID. */
export const createDriver: CreateDriver = (context) =>
  pcproxDriver(
    context,
    hidSource({ products: PCPROX_PRODUCTS, listen: listenBy(context.tap, namePcproxReport) }),
  );

/** The same over another source of HID devices, as tests have it. Throws a ZodError when `context.options` are not those of options.ts. */
export function pcproxDriver(
  { options, stateDir, log }: Parameters<CreateDriver>[0],
  source: PortSource<HidLine>,
  pace: Partial<Pace> = {},
): EncoderDriver {
  const { hold_ms: holdMs, ...wiegand } = pcproxOptions.parse(options);
  const greet = pcproxGreet({ settings: wiegandSettings(wiegand), holdMs, stateDir, log });
  return keptDriver({ name: 'pcprox', sources: [source], greet, log, pace });
}
