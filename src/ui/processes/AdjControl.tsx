import { type KeyboardEvent, memo, useEffect, useRef, useState } from 'react';
import { Slider, SliderThumb, SliderTrack } from 'react-aria-components';
import { command } from '../../actions/lab';
import { t } from '../../i18n';

export const ADJ_MIN = -1000;
export const ADJ_MAX = 1000;
/** While the thumb is dragged the kernel is told at most this often, ms. */
const DRAG_INTERVAL_MS = 80;

const clampAdj = (value: number): number => Math.max(ADJ_MIN, Math.min(ADJ_MAX, value));

/** What a key does to the value, null = nothing. */
export function adjKey(key: string, shift: boolean, value: number): number | null {
  const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[key];
  if (by !== undefined) return clampAdj(value + by * (shift ? 10 : 1));
  if (key === 'PageUp') return clampAdj(value + 100);
  if (key === 'PageDown') return clampAdj(value - 100);
  return null;
}

/** The sentence about a text that is no oom_score_adj, '' when it is one. */
export function adjProblem(text: string): string {
  const clean = text.trim().replace('−', '-');
  if (!/^[+-]?\d+$/.test(clean)) return t('processes.adj.nan', { value: text });
  const value = Number(clean);
  return value < ADJ_MIN || value > ADJ_MAX ? t('processes.adj.range', { value: String(value) }) : '';
}

interface Props {
  pid: number;
  name: string;
  value: number;
  onError: (sentence: string) => void;
  errorId: string;
  invalid: boolean;
  /** Without the slider, where there is one line only. */
  fieldOnly?: boolean;
}

/** Slider and number field of one process's oom_score_adj. */
export const AdjControl = memo(function AdjControl({ pid, name, value, onError, errorId, invalid, fieldOnly }: Props) {
  // What the hand has set and the machine may not have confirmed yet.
  const [held, setHeld] = useState<number | null>(null);
  const [draft, setDraft] = useState<string | null>(null);
  const sentAt = useRef(0);
  const label = t('processes.adj', { name, pid: String(pid) });
  const shown = held ?? value;

  useEffect(() => {
    if (held !== null && held === value) setHeld(null);
  }, [held, value]);

  async function send(next: number) {
    sentAt.current = performance.now();
    if (!(await command({ op: 'oom_score_adj', pid, value: next }))) setHeld(null);
  }
  function set(next: number) {
    setHeld(next);
    setDraft(null);
    onError('');
    void send(next);
  }
  function onKey(e: KeyboardEvent) {
    const next = adjKey(e.key, e.shiftKey, shown);
    if (next === null) return;
    e.preventDefault();
    e.stopPropagation();
    set(next);
  }
  /** Takes over what was typed. A text that cannot be taken over stays, with the reason. */
  function commit() {
    if (draft === null) return;
    const problem = adjProblem(draft);
    onError(problem);
    if (problem) return;
    const next = Number(draft.trim().replace('−', '-'));
    setDraft(null);
    if (next !== value) set(next);
  }

  return (
    <>
      {!fieldOnly && (
        // biome-ignore lint/a11y/noStaticElementInteractions: the slider inside is the control; this only widens its keys
        <span className="adj-slider" onKeyDownCapture={onKey} onDoubleClick={() => set(0)}>
          <Slider
            aria-label={label}
            minValue={ADJ_MIN}
            maxValue={ADJ_MAX}
            step={1}
            value={shown}
            onChange={(next) => {
              setHeld(next);
              setDraft(null);
              onError('');
              if (performance.now() - sentAt.current >= DRAG_INTERVAL_MS) void send(next);
            }}
            onChangeEnd={(next) => void send(next)}
          >
            <SliderTrack className="adj-track">
              <SliderThumb className="adj-thumb" />
            </SliderTrack>
          </Slider>
        </span>
      )}
      <input
        className="field adj-field"
        type="text"
        role="spinbutton"
        inputMode="numeric"
        autoComplete="off"
        aria-label={label}
        aria-valuenow={shown}
        aria-valuetext={String(draft ?? shown)}
        aria-valuemin={ADJ_MIN}
        aria-valuemax={ADJ_MAX}
        aria-invalid={invalid}
        aria-describedby={invalid ? errorId : undefined}
        value={draft ?? String(shown).replace('-', '−')}
        onFocus={(e) => e.currentTarget.select()}
        onChange={(e) => setDraft(e.currentTarget.value)}
        onBlur={commit}
        onKeyDown={(e) => {
          if (e.key === 'Enter') commit();
          else if (e.key === 'Escape') {
            setDraft(null);
            onError('');
          } else if (e.key === 'ArrowUp' || e.key === 'ArrowDown' || e.key.startsWith('Page')) onKey(e);
        }}
      />
    </>
  );
});
