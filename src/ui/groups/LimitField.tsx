import { type ReactNode, useId, useState } from 'react';
import { writeGroup } from '../../actions/groups';
import { groupWords as w } from '../../i18n/en-groups';

interface Props {
  path: string;
  file: string;
  /** As the file has it. */
  value: string;
  what: string;
  /** Written anew each time, as something to do rather than a value to keep. */
  action?: string;
  children?: ReactNode;
}

/** One file of a group that takes a size. What the kernel refuses stays in the field, with the reason. */
export function LimitField({ path, file, value, what, action, children }: Props) {
  const id = useId();
  const [draft, setDraft] = useState<string | null>(null);
  const [error, setError] = useState('');
  function drop() {
    setDraft(null);
    setError('');
  }
  async function write() {
    const text = (draft ?? value).trim();
    if (action === undefined && text === value) {
      drop();
      return;
    }
    const problem = await writeGroup(path, file, text);
    if (problem === '') drop();
    else setError(problem);
  }
  return (
    <div className="gr-limit">
      <label htmlFor={id} className="mono">
        {file}
      </label>
      <input
        id={id}
        className="field"
        autoComplete="off"
        spellCheck={false}
        value={draft ?? value}
        aria-label={w.file(file, path)}
        aria-invalid={error !== ''}
        aria-describedby={error ? `${id}-error` : `${id}-what`}
        onChange={(e) => setDraft(e.currentTarget.value)}
        onBlur={() => action === undefined && draft !== null && void write()}
        onKeyDown={(e) => {
          if (e.key === 'Enter') void write();
          else if (e.key === 'Escape' && draft !== null) {
            e.preventDefault();
            drop();
          }
        }}
      />
      {action !== undefined && (
        <button type="button" className="btn soft small" onClick={() => void write()}>
          {action}
        </button>
      )}
      <p id={`${id}-what`} className="mut small">
        {what} {children}
      </p>
      {error && (
        <p id={`${id}-error`} className="error" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}
