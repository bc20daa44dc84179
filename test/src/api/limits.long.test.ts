import { leaveNothingBehind } from './crowded.ts';

leaveNothingBehind(10_000);
