/** When words are said aloud: not more than can be listened to. */
import type { Words } from './announcements';

/** At most one announcement in this time, ms; what comes sooner is said together. */
const INTERVAL_MS = 1000;
/** Where the machine rests is said when it has rested so long, ms: not at every stop of a head that is dragged. */
const REST_MS = 500;

export interface Said {
  polite: string;
  assertive: string;
}

export interface Speaker {
  /** @param moving the machine is on its way: the rest before is over, and need not be said any more */
  hear: (words: Words, moving: boolean) => void;
  end: () => void;
}

/** Gathers words and says them, with the time between that `say` needs to be heard. */
export function createSpeaker(say: (said: Said) => void): Speaker {
  const waiting = { polite: [] as string[], assertive: [] as string[] };
  let rest = '';
  let saidAt = -INTERVAL_MS;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let restTimer: ReturnType<typeof setTimeout> | undefined;
  function speak() {
    timer = undefined;
    saidAt = performance.now();
    say({ polite: waiting.polite.splice(0).join(' '), assertive: waiting.assertive.splice(0).join(' ') });
  }
  function soon() {
    timer ??= setTimeout(speak, Math.max(0, saidAt + INTERVAL_MS - performance.now()));
  }
  function rested() {
    waiting.polite.push(rest);
    rest = '';
    soon();
  }
  return {
    hear: (words, moving) => {
      waiting.polite.push(...words.polite);
      waiting.assertive.push(...words.assertive);
      if (waiting.polite.length + waiting.assertive.length > 0) soon();
      if (moving) rest = '';
      else if (words.rest !== '') rest = words.rest;
      else return;
      clearTimeout(restTimer);
      if (rest !== '') restTimer = setTimeout(rested, REST_MS);
    },
    end: () => {
      clearTimeout(timer);
      clearTimeout(restTimer);
    },
  };
}
