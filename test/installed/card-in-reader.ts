import { VirtualCard } from '../../drivers/virtual/virtual-card.ts';
import { VpcdSlot } from '../benches/pcsc/vpcd-slot.ts';

/** card-in-reader.ts PORT UID: a card in the virtual reader of pcscd at this port, until the standard input ends. */
const [port, uid = ''] = process.argv.slice(2);

const slot = new VpcdSlot(Number(port));
await slot.insert(new VirtualCard({ technology: 'ntag215', uid, onPulled: () => {} }));
process.stdin.resume().once('end', () => void slot.remove());
