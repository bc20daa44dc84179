import { makePcproxBench } from '../../benches/pcprox/pcprox-encoder-bench.ts';
import { wireContract } from '../../contracts/wire.ts';

wireContract('drivers/pcprox', () => makePcproxBench(), {
  cards: [
    { technology: 'proximity', uid: 'A1B2C3D4' },
    { technology: 'proximity', uid: '05E6F708' },
  ],
  exchanges: false,
  written: null,
  splits: false,
  late: false,
});
