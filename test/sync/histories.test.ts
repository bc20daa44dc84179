import { historiesAgree } from './histories.ts';

historiesAgree(1);
