import type { Change } from '../../model/change.ts';
import type { EncoderObserver } from '../encoders.ts';
import type { FlightRecorder } from './flight-recorder.ts';

/**
 * Notes in the flight recorder what changes at the desk: how attempts get on, cards that come and go, encoders that come and go. Of a card its kind alone, of an attempt
 * neither for whom it is nor what is on the card.
 */
export function changeNotes(recorder: FlightRecorder): (change: Change) => void {
  /** By encoder: an attempt that only got on a little in its phase is not noted. */
  const phases = new Map<string, string>();
  return (change) => {
    const at = Date.now();
    switch (change.type) {
      case 'action_attempt.changed': {
        const { id, encoderId, order, phase } = change.attempt;
        if (phases.get(encoderId) === `${id} ${phase}`) return;
        phases.set(encoderId, `${id} ${phase}`);
        const reason = change.attempt.phase === 'failed' ? { reason: change.attempt.reason } : {};
        const details = { action_attempt_id: id, action_type: order.action, phase, ...reason };
        recorder.note({ event: 'attempt_phase', encoderId, driver: null, at, details });
        return;
      }
      case 'card.presented':
      case 'card.removed': {
        const event = change.type === 'card.presented' ? 'card_presented' : 'card_removed';
        const details = { technology: change.card.technology };
        recorder.note({ event, encoderId: change.encoderId, driver: null, at, details });
        return;
      }
      default:
        return;
    }
  };
}

/** The same observer, with encoders, drivers and faults noted in the flight recorder. */
export function notedObserver(observer: EncoderObserver, recorder: FlightRecorder): EncoderObserver {
  const note = (event: string, encoderId: string | null, driver: string | null, details = {}) =>
    recorder.note({ event, encoderId, driver, at: Date.now(), details });
  return {
    arrived: (driver, device) => {
      const id = observer.arrived(driver, device);
      recorder.knowEncoder(id, driver, device.id);
      note('encoder_arrived', id, driver, { device: device.id, name: device.name });
      return id;
    },
    left: (id) => {
      observer.left(id);
      note('encoder_left', id, null);
    },
    cardPresented: (id, card) => observer.cardPresented(id, card),
    cardRemoved: (id, card, cause) => observer.cardRemoved(id, card, cause),
    driverTold: (driver, state, reason) => {
      observer.driverTold?.(driver, state, reason);
      note(`driver_${state}`, null, driver, reason === null ? {} : { reason });
    },
    cardFailed: (id, code) => {
      observer.cardFailed?.(id, code);
      note('card_failed', id, null, { code });
    },
  };
}
