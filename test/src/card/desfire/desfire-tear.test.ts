import { finishedByOneMoreRun } from './desfire-tear.ts';

finishedByOneMoreRun('ev2');
