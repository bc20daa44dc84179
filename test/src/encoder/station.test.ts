import { describe, expect, test } from 'vitest';
import { Station } from '../../../src/encoder/station.ts';
import { ScriptedCard } from '../attempts/scripted-card.ts';
import { failure, ScriptedEncoder } from '../attempts/scripted-driver.ts';

const never = new AbortController().signal;
const lost = expect.objectContaining({ code: 'device_lost' });

const newCard = () => new ScriptedCard({ uid: '04A1B2C3D4E5F6', technology: 'ntag215' });

function openStation() {
  const station = new Station('encoder-1');
  const encoder = new ScriptedEncoder();
  station.attach(encoder);
  return { station, encoder };
}

describe('a station', () => {
  test('gives the card in the field, or the next one', async () => {
    const { station } = openStation();
    const [first, second] = [newCard(), newCard()];
    const next = station.awaitCard(never, null);
    station.present(first);
    expect(await next).toBe(first);
    expect(await station.awaitCard(never, null)).toBe(first);
    const after = station.awaitCard(never, first);
    station.clear();
    station.present(second);
    expect(await after).toBe(second);
  });

  test('gives a card to everybody who waits', async () => {
    const { station } = openStation();
    const waiting = [station.awaitCard(never, null), station.awaitCard(never, null)];
    const card = newCard();
    station.present(card);
    expect(await Promise.all(waiting)).toEqual([card, card]);
  });

  test('never gives the card that is spent, as long as it lies there', async () => {
    const { station } = openStation();
    const card = newCard();
    station.present(card);
    const stop = new AbortController();
    const waiting = station.awaitCard(stop.signal, card);
    station.present(card);
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });

  test('tells when a card has left, also when another one took its place', async () => {
    const { station } = openStation();
    const [first, second] = [newCard(), newCard()];
    station.present(first);
    const departure = station.awaitDeparture(first, never);
    station.present(second);
    await departure;
    const departureOfSecond = station.awaitDeparture(second, never);
    station.clear();
    await departureOfSecond;
  });

  test('rejects whoever waits for a card when the device goes', async () => {
    const { station } = openStation();
    const card = newCard();
    station.present(card);
    const departure = expect(station.awaitDeparture(card, never)).rejects.toEqual(lost);
    const next = expect(station.awaitCard(never, card)).rejects.toEqual(lost);
    station.detach();
    await Promise.all([departure, next]);
    expect(station.card).toBeNull();
    await expect(station.awaitCard(never, null)).rejects.toEqual(lost);
  });

  test('tells when the device is there', async () => {
    const station = new Station('encoder-1');
    const there = station.awaitDevice(never);
    station.attach(new ScriptedEncoder());
    await there;
    await station.awaitDevice(never);
  });

  test('tells who waits of a card that cannot be read, and nobody who comes later', async () => {
    const { station } = openStation();
    const waiting = station.awaitCard(never, null);
    station.fail(failure('device_timeout'));
    await expect(waiting).rejects.toEqual(expect.objectContaining({ code: 'device_timeout' }));
    const later = station.awaitCard(never, null);
    const card = newCard();
    station.present(card);
    expect(await later).toBe(card);
  });

  test('rejects with the reason of a signal, also one that has fired already', async () => {
    const { station } = openStation();
    const reason = new Error('the person went away');
    await expect(station.awaitCard(AbortSignal.abort(reason), null)).rejects.toBe(reason);
    const stop = new AbortController();
    const waiting = station.awaitCard(stop.signal, null);
    stop.abort(reason);
    await expect(waiting).rejects.toBe(reason);
  });

  test('shows a cue where there is a device that can', () => {
    const { station, encoder } = openStation();
    station.cue('success');
    station.detach();
    station.cue('failure');
    expect(encoder.cues).toEqual(['success']);
    expect(station.simulator).toBeNull();
  });
});
