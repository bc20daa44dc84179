import { isSeamHttpApiError, SeamHttp } from '@seamapi/http';

/**
 * A property's app, as its own developers would write it, on Seam's official client: SEAM_API_KEY and SEAM_ENDPOINT say which desk.
 *
 *   encoders            each encoder of the desk
 *   guests              each guest's name, in order
 *   add NAME            makes a guest
 *   assign WORD NAME    makes a guest, and a card of theirs: the next one on the encoder whose name or id has WORD in it. Where `simulate` follows, the app puts
 *                       one there itself
 */

const [command = '', ...words] = process.argv.slice(2);
const seam = new SeamHttp();

async function systemId(): Promise<string> {
  const [system] = await seam.acs.systems.list();
  if (system === undefined) throw new Error('the desk has no access system');
  return system.acs_system_id;
}

async function add(full_name = ''): Promise<string> {
  const { acs_user_id } = await seam.acs.users.create({ acs_system_id: await systemId(), full_name });
  console.log(`Guest ${full_name} is ${acs_user_id}`);
  return acs_user_id;
}

async function assign(word = '', name = '', way = ''): Promise<void> {
  const encoders = await seam.acs.encoders.list();
  const encoder = encoders.find(({ display_name, acs_encoder_id }) =>
    `${display_name} ${acs_encoder_id}`.toLowerCase().includes(word.toLowerCase()),
  );
  if (encoder === undefined) throw new Error(`no encoder is called ${word}`);
  const { acs_encoder_id, display_name } = encoder;
  const acs_user_id = await add(name);
  const begun = await seam.acs.encoders.scanToAssignCredential(
    { acs_encoder_id, acs_user_id },
    { waitForActionAttempt: false },
  );
  console.log(`Put a card on ${display_name}`);
  if (way === 'simulate') {
    const card = { technology: 'ntag215', id: name };
    await seam.client.post('/acs/encoders/simulate/place_card', { acs_encoder_id, card });
  }
  const { action_attempt_id } = begun;
  const ended = await seam.actionAttempts.get(
    { action_attempt_id },
    { waitForActionAttempt: { timeout: 60_000, pollingInterval: 50 } },
  );
  console.log(`${ended.action_type} ${ended.status}`);
  const [credential] = await seam.acs.credentials.list({ acs_user_id });
  console.log(
    `${name} has card ${credential?.card_number}${credential?.is_issued === true ? ', which is issued' : ''}`,
  );
}

async function run(): Promise<void> {
  switch (command) {
    case 'encoders':
      for (const { display_name, acs_encoder_id } of await seam.acs.encoders.list())
        console.log(`${display_name} (${acs_encoder_id})`);
      break;
    case 'guests': {
      const guests = await seam.acs.users.list();
      console.log(
        guests
          .map(({ full_name }) => full_name)
          .toSorted()
          .join('\n'),
      );
      break;
    }
    case 'add':
      await add(words[0]);
      break;
    case 'assign':
      await assign(...words);
      break;
    default:
      throw new Error('encoders | guests | add NAME | assign WORD NAME [simulate]');
  }
}

try {
  await run();
} catch (error) {
  if (!isSeamHttpApiError(error)) throw error;
  console.log(`Refused with ${error.statusCode} ${error.code}: ${error.message}`);
  process.exitCode = 1;
}
