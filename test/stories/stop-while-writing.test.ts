import { endsTheWriteFirst } from './stopped-writing.ts';

endsTheWriteFirst('mifare_classic_1k');
