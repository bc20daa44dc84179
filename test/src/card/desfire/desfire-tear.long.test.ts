import { DESFIRE_GENERATIONS } from '../../../../src/encoder/contract.ts';
import { finishedByOneMoreRun } from './desfire-tear.ts';

for (const generation of DESFIRE_GENERATIONS) if (generation !== 'ev2') finishedByOneMoreRun(generation);
