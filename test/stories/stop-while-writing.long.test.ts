import { endsTheWriteFirst } from './stopped-writing.ts';

for (const technology of ['ntag215', 'mifare_desfire']) endsTheWriteFirst(technology);
