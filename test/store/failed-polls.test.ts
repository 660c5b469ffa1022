import { expect, it } from 'vitest';
import { beginWait, endWait, NOW, newName } from './fixtures.ts';
import { onEveryStore } from './implementations.ts';

onEveryStore('what people look for when something is stuck', (subject) => {
  it('stores the failed polls of an open wait until no poll fails', async () => {
    const { store } = subject();
    const wait = await beginWait(store, newName(), ['https://far.example.com/operations/x']);
    expect((await store.wait(wait))?.failedPolls).toBeUndefined();
    const polls = { 'https://far.example.com/operations/x': { status: 503, time: NOW } };
    await store.noteFailedPolls(wait, polls);
    expect((await store.wait(wait))?.failedPolls).toEqual(polls);
    await store.noteFailedPolls(wait, {});
    expect((await store.wait(wait))?.failedPolls).toBeUndefined();
  });

  it('keeps no failed poll of a wait that has ended', async () => {
    const { store } = subject();
    const wait = await beginWait(store, newName(), ['https://far.example.com/operations/x']);
    await endWait(store, wait);
    await store.noteFailedPolls(wait, { x: { status: 503, time: NOW } });
    expect((await store.wait(wait))?.failedPolls).toBeUndefined();
  });

  it('has the time of the last sweep', async () => {
    const { store } = subject();
    await store.noteSweep(NOW, 1_000);
    await store.noteSweep(NOW + 500, 1_000);
    expect(await store.lastSweepTime()).toBe(NOW + 500);
  });
});
