import { Bar } from '../components/bar.tsx';
import { Button } from '../components/button.tsx';
import { useNow } from '../components/use-now.ts';
import { useDesk } from '../desk.tsx';
import { wordsOfError } from '../error-words.ts';
import type { Entrance } from '../wire.ts';
import { useWords } from '../words.tsx';
import { keyOfAttempt, sceneOf, secondsLeft } from './attempt-words.ts';
import { CardFacts, doorsOn, untilOf, useOwner } from './card-facts.tsx';
import { mayStop, type WorkState } from './job.ts';
import { StageFrame, useEyebrow } from './stage-frame.tsx';
import type { Work } from './work.ts';

type Step<Name extends WorkState['step']> = Extract<WorkState, { readonly step: Name }>;

interface StageProps<State extends WorkState> {
  readonly state: State;
  readonly work: () => Work | null;
  readonly entrances: readonly Entrance[] | null;
  readonly onShowGuest: (guestId: string) => void;
}

/** What happens at the encoder, as large as it goes: one sentence that says what to do now. */
export function Stage(props: StageProps<Exclude<WorkState, { readonly step: 'idle' }>>) {
  const { state } = props;
  switch (state.step) {
    case 'working':
      return <Working {...props} state={state} />;
    case 'between':
      return <Between {...props} state={state} />;
    case 'asking':
      return <Asking {...props} state={state} />;
    case 'done':
      return state.isUndone ? <Undone {...props} state={state} /> : <Done {...props} state={state} />;
    case 'failed':
      return <Failed {...props} state={state} />;
  }
}

function useEncoderName(encoderId: string): string {
  const { picture } = useDesk();
  return picture.encoders.find(({ acs_encoder_id }) => acs_encoder_id === encoderId)?.display_name ?? '';
}

function Working({ state, work }: StageProps<Step<'working'>>) {
  const { t } = useWords();
  const { state: connection } = useDesk();
  const { attempt, place } = state;
  const encoder = useEncoderName(state.encoderId);
  const isLost = connection !== 'connected';
  const sentence = isLost ? t('stage.lost') : t(keyOfAttempt(attempt, state.isOtherCard), { encoder });
  return (
    <StageFrame
      scene={isLost ? 'wait' : state.isOtherCard ? 'bad' : sceneOf(attempt)}
      eyebrow={useEyebrow(state)}
      sentence={sentence}
      place={place}
    >
      <StageMeter state={state} />
      <div class="stage-actions">
        {mayStop(attempt) && <StopButton isDisabled={state.isStopping} onStop={() => work()?.stop()} />}
      </div>
    </StageFrame>
  );
}

/** How much of the card is written, or how long there is to put it there. Its place is kept, so that nothing jumps. */
function StageMeter({ state: { attempt } }: { readonly state: Step<'working'> }) {
  const { t } = useWords();
  const now = useNow(500);
  const left = secondsLeft(attempt, now);
  const progress = attempt?.progress;
  if (progress !== undefined && left === null) {
    return (
      <div class="stage-meter">
        <Bar label={t('stage.progress')} value={progress.done} most={Math.max(1, progress.total)} />
      </div>
    );
  }
  if (attempt === null || left === null) return <div class="stage-meter" />;
  const total = (Date.parse(attempt.expires_at) - Date.parse(attempt.created_at)) / 1000;
  return (
    <div class="stage-meter">
      <Bar label={t('stage.timeLeft')} value={left} most={Math.max(1, total)} />
      <span class="quiet digits">{t('stage.left', { seconds: left })}</span>
    </div>
  );
}

function Between({ state, work }: StageProps<Step<'between'>>) {
  const { t } = useWords();
  const { place } = state;
  return (
    <StageFrame
      scene="leave"
      eyebrow={useEyebrow(state)}
      sentence={t('stage.takeReady', { number: place.number - 1 })}
      place={{ ...place, number: place.number - 1 }}
    >
      <div class="stage-meter" />
      <div class="stage-actions">
        <StopButton onStop={() => work()?.stop()} />
      </div>
    </StageFrame>
  );
}

function StopButton({
  onStop,
  isDisabled = false,
}: {
  readonly onStop: () => void;
  readonly isDisabled?: boolean;
}) {
  const { t } = useWords();
  return (
    <Button size="large" isDisabled={isDisabled} onClick={onStop}>
      {t('stage.stop')} <kbd>Esc</kbd>
    </Button>
  );
}

function Asking({ state, work, entrances }: StageProps<Step<'asking'>>) {
  const words = useWords();
  const { t, list } = words;
  const { picture } = useDesk();
  const { scan, isOfThisJob, place } = state;
  const owner = useOwner(scan);
  const eyebrow = useEyebrow(state);
  if (isOfThisJob) {
    return (
      <StageFrame scene="leave" eyebrow={eyebrow} sentence={t('overwrite.same')} place={place}>
        <div class="stage-meter" />
        <div class="stage-actions">
          <StopButton onStop={() => work()?.stop()} />
        </div>
      </StageFrame>
    );
  }
  const doors = scan === null ? [] : doorsOn(scan, entrances, words);
  const until = scan === null ? null : untilOf(scan, words, picture.site?.timeZone);
  const facts = [
    ...(doors.length === 0 ? [] : [list(doors)]),
    ...(owner === null ? [] : [owner]),
    ...(until === null ? [] : [t('key.until', { until })]),
  ];
  return (
    <StageFrame
      scene="bad"
      eyebrow={eyebrow}
      sentence={`${t('overwrite.title')} ${t('overwrite.ask')}`}
      place={place}
    >
      <ul class="stage-facts">
        {facts.map((fact) => (
          <li key={fact}>{fact}</li>
        ))}
      </ul>
      <div class="stage-actions">
        <Button size="large" kind="primary" takesFocus onClick={() => work()?.anotherCard()}>
          {t('overwrite.no')}
        </Button>
        <Button size="large" kind="danger" onClick={() => work()?.overwrite()}>
          {t('overwrite.yes')}
        </Button>
        <Button size="large" kind="quiet" onClick={() => work()?.stop()}>
          {t('stage.stop')} <kbd>Esc</kbd>
        </Button>
      </div>
    </StageFrame>
  );
}

function Done({ state, work, entrances, onShowGuest }: StageProps<Step<'done'>>) {
  const { t } = useWords();
  const { picture } = useDesk();
  const { scan, place } = state;
  const isThere = picture.cards.has(state.encoderId);
  const eyebrow = useEyebrow(state);
  const what = useOutcome(state, entrances);
  const ownerId = scan?.acs_credential_on_seam?.acs_user_id;
  return (
    <StageFrame
      scene="done"
      eyebrow={scan === null ? eyebrow : t('card.title')}
      sentence={scan === null ? t(isThere ? 'done.title' : 'done.gone') : what}
      place={{ ...place, total: 1 }}
    >
      {scan === null ? <p class="stage-rest">{what}</p> : <CardFacts scan={scan} />}
      <div class="stage-actions">
        <Button size="large" kind="primary" takesFocus onClick={() => work()?.finish()}>
          {t('stage.finish')} <kbd>Enter</kbd>
        </Button>
        {ownerId !== undefined && (
          <Button size="large" onClick={() => onShowGuest(ownerId)}>
            {t('card.openGuest')}
          </Button>
        )}
      </div>
    </StageFrame>
  );
}

/** What was done was taken back. A thing of its own, so that its button has the focus anew. */
function Undone({ state, work }: StageProps<Step<'done'>>) {
  const { t } = useWords();
  return (
    <StageFrame
      scene="leave"
      eyebrow={useEyebrow(state)}
      sentence={t('undo.done')}
      place={{ ...state.place, total: 1 }}
    >
      <div class="stage-actions">
        <Button size="large" kind="primary" takesFocus onClick={() => work()?.finish()}>
          {t('stage.finish')} <kbd>Enter</kbd>
        </Button>
      </div>
    </StageFrame>
  );
}

/** What has come of it: what a card opens that was read, or else what was done with it. */
function useOutcome({ job, ready, scan }: Step<'done'>, entrances: readonly Entrance[] | null): string {
  const words = useWords();
  const { t, count, list } = words;
  if (scan !== null) {
    const doors = doorsOn(scan, entrances, words);
    const standing = t(`card.standing.${scan.acs_credential_on_encoder?.record_standing ?? 'none'}`);
    return doors.length === 0 ? standing : list(doors);
  }
  const number = ready.at(-1)?.card_number ?? '';
  if (job.kind === 'assign') return t('done.assigned', { number, name: job.holder.name });
  return ready.length > 1 ? count('done.several', ready.length) : t('done.written', { number });
}

function Failed({ state, work }: StageProps<Step<'failed'>>) {
  const words = useWords();
  const { t } = words;
  const { error } = state;
  return (
    <StageFrame
      scene="bad"
      eyebrow={useEyebrow(state)}
      sentence={wordsOfError(error, words)}
      place={state.place}
    >
      <div class="stage-actions">
        <Button size="large" kind="primary" takesFocus onClick={() => work()?.again()}>
          {t('app.again')} <kbd>Enter</kbd>
        </Button>
        <Button size="large" onClick={() => work()?.stop()}>
          {t('app.close')} <kbd>Esc</kbd>
        </Button>
      </div>
      <details class="details">
        <summary>{t('app.details')}</summary>
        <p lang="en">
          {error.code}: {error.message} {error.detail === error.message ? '' : error.detail}
        </p>
      </details>
    </StageFrame>
  );
}
