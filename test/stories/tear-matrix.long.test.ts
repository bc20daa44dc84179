import { DESFIRE_CARDS, NTAG_CARDS } from './tear-cards.ts';
import { tearMatrix } from './tear-matrix.ts';

tearMatrix([...NTAG_CARDS, ...DESFIRE_CARDS]);
