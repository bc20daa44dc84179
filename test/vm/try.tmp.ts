import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { hidMsr605x, hidPcprox } from './devices/usb-hid.ts';
import { UsbPn532 } from './devices/usb-pn532.ts';
import { VmDesk } from './vm-desk.ts';
import { setup } from './compile.ts';
const cpu = () => { try { const pid = execFileSync('pgrep', ['-f', 'qemu-system-x86_64.*encoderd-vm', '-P', String(process.pid)]).toString().trim(); const f = readFileSync(`/proc/${pid}/stat`, 'utf8').split(' '); return (Number(f[13]) + Number(f[14])) / 100; } catch { return 0; } };
const t0 = Date.now();
const said = (w: string) => console.log(`${w}: wall ${(Date.now() - t0) / 1000} cpu ${cpu()}`);
await setup();
said('compiled');
await using desk = await VmDesk.open();
said('open');
const b = await desk.guest.attempt('node --version; ls /var/cache/compiled/*/ | wc -l; cat /proc/cpuinfo | grep MHz');
console.log(b.stdout, b.stderr);
said('node');

for (let i = 0; i < 2; i++) { const r = await desk.guest.attempt('bash -c "time node -e 0"'); said('node -e 0 ' + r.stderr.replaceAll('\n', ' ')); }
for (let i = 0; i < 3; i++) { const r = await desk.guest.attempt('bash -c "time node src/main.ts --no-such-flag"'); said('main.ts ' + r.stderr.slice(-50).replaceAll('\n', ' ')); }
