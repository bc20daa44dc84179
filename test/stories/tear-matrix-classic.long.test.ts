import { CLASSIC_CARDS } from './tear-cards.ts';
import { tearMatrix } from './tear-matrix.ts';

tearMatrix(CLASSIC_CARDS);
