import { Station, newCard } from './station.ts';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../src/clock.ts';
import { openSiteIn } from './hotel.ts';
const desk = await Station.open('Desk', {log_level:'error'});
await desk.stop();
const api_key_file = join(desk.stateDir, 'k');
writeFileSync(api_key_file, 'seam_local_xxx');
desk.reconfigure({ log_level:'info', backend: { endpoint: 'http://127.0.0.1:19999', api_key_file } });
await desk.start();
await desk.stop();
{ const site = openSiteIn(desk.file, 'x', systemClock); site.store[Symbol.dispose](); }
await desk.start();
const t=Date.now();
for (let i=0;i<4;i++){
const r = await fetch(new URL('/acs/encoders/list', desk.url), {method:'POST', headers:{authorization:`Bearer ${desk.token}`,'content-type':'application/json'}, body:'{}'});
const j:any = await r.json();
console.log(Date.now()-t, j.acs_encoders.map((e:any)=>[e.acs_encoder_id.slice(0,4), e.display_name, JSON.stringify(e.errors)]));
const r2 = await fetch(new URL('/acs/encoders/simulate/place_card', desk.url), {method:'POST', headers:{authorization:`Bearer ${desk.token}`,'content-type':'application/json'}, body:JSON.stringify({acs_encoder_id: j.acs_encoders[0].acs_encoder_id, card: newCard()})});
console.log(await r2.text());
await new Promise(r=>setTimeout(r,500));
}
console.log(desk.output.join('\n').slice(0,3000));
await desk[Symbol.asyncDispose]();
