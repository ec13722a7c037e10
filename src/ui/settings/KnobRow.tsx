import { useId, useState } from 'react';
import { Button } from 'react-aria-components';
import { attempt } from '../../actions/lab';
import { settingsWords as w } from '../../i18n/en-settings';
import { useShown } from '../../store';
import type { Knob } from './knobList';

/** One setting: its name, its value, what it starts with, and what it does. */
export function KnobRow({ knob, boot }: { knob: Knob; boot: string | undefined }) {
  const { name, effect, initial, once } = knob;
  const id = useId();
  const value = useShown((f) => f.sysctl[name] ?? f.sysctl[name.replace(/^vm\./, '')] ?? '', '');
  const [draft, setDraft] = useState<string | null>(null);
  const [error, setError] = useState('');
  const normal = initial ?? (boot === undefined ? undefined : (/\[([^\]]+)\]/.exec(boot)?.[1] ?? boot));
  const words = (text: string) => text.trim().replace(/\s+/g, ' ');
  // A file that lists all its values, the present one in brackets.
  const choices = /\[[^\]]+\]/.test(value) ? words(value).replace(/[[\]]/g, '').split(' ') : null;
  const changed =
    once === undefined && normal !== undefined && words(/\[([^\]]+)\]/.exec(value)?.[1] ?? value) !== words(normal);

  function drop() {
    setDraft(null);
    setError('');
  }
  async function write(text: string) {
    const problem = await attempt({ op: 'sysctl', name, value: text });
    if (problem === '') drop();
    else setError(problem);
  }
  function commit() {
    if (draft === null || words(draft) === words(value)) drop();
    else void write(draft.trim());
  }

  return (
    <div className="knob-row" data-changed={changed || undefined}>
      <label htmlFor={id} className="mono">
        {name}
      </label>
      {choices ? (
        <select
          id={id}
          className="select"
          value={/\[([^\]]+)\]/.exec(value)?.[1]}
          aria-describedby={`${id}-what`}
          onChange={(e) => void write(e.currentTarget.value)}
        >
          {choices.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      ) : (
        <input
          id={id}
          className="field"
          autoComplete="off"
          spellCheck={false}
          value={draft ?? (once === undefined ? words(value) : once)}
          aria-invalid={error !== ''}
          aria-describedby={`${id}-what`}
          onChange={(e) => setDraft(e.currentTarget.value)}
          onBlur={() => once === undefined && commit()}
          onKeyDown={(e) => {
            if (e.key === 'Enter') {
              if (once === undefined) commit();
              else void write(draft ?? once);
            }
            if (e.key === 'Escape' && draft !== null) {
              e.preventDefault();
              drop();
            }
          }}
        />
      )}
      <p id={`${id}-what`} className="knob-what">
        {effect}{' '}
        {once === undefined && (
          <span className="mut">
            {initial !== undefined
              ? w.default.replace('{value}', initial)
              : boot !== undefined
                ? w.boot.replace('{value}', words(normal ?? boot))
                : w.byKernel}
            {changed && ` · ${w.changed}`}
          </span>
        )}
      </p>
      {once !== undefined && (
        <Button className="btn soft small" aria-label={`${w.now}: ${name}`} onPress={() => void write(draft ?? once)}>
          {w.now}
        </Button>
      )}
      {changed && normal !== undefined && (
        <Button
          className="btn small"
          aria-label={w.reset.replace('{name}', name).replace('{value}', words(normal))}
          onPress={() => void write(words(normal))}
        >
          ↺
        </Button>
      )}
      {error && (
        <p className="error" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}
