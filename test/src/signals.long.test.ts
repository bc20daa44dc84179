import { endsOn } from './signalled.ts';

endsOn('SIGINT', 'SIGINT', 'SIGTERM');
endsOn('SIGHUP', 'SIGHUP', 'SIGTERM');
