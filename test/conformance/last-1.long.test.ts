import { runCases } from './run.ts';

await runCases('last 1.x');
