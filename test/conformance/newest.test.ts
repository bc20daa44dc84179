import { runCases } from './run.ts';

await runCases('newest');
