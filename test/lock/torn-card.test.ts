import { tornWhileItGets } from './torn-card.ts';

tornWhileItGets('another record and newer keys');
