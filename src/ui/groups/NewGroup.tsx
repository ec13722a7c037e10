import { useState } from 'react';
import { Button } from 'react-aria-components';
import { createGroup } from '../../actions/groups';
import { groupWords as w } from '../../i18n/en-groups';
import { childPath } from './tree';

/** Makes a group below another one. */
export function NewGroup({ parent, onLeave }: { parent: string; onLeave: (going: boolean) => void }) {
  const [name, setName] = useState('');
  const [error, setError] = useState('');
  async function create() {
    onLeave(true);
    const problem = await createGroup(childPath(parent, name.trim()));
    setError(problem);
    if (problem === '') setName('');
    else onLeave(false);
  }
  return (
    <form
      className="gr-new"
      onSubmit={(e) => {
        e.preventDefault();
        void create();
      }}
    >
      <span className="mono mut" aria-hidden="true">
        {childPath(parent, '')}
      </span>
      <input
        className="field"
        autoComplete="off"
        spellCheck={false}
        placeholder={w.newGroup}
        aria-label={w.newName(parent)}
        aria-invalid={error !== ''}
        value={name}
        onChange={(e) => {
          setName(e.currentTarget.value);
          setError('');
        }}
      />
      <Button className="btn soft small" type="submit" isDisabled={name.trim() === ''}>
        {w.create}
      </Button>
      {error && (
        <p className="error" role="alert">
          {error}
        </p>
      )}
    </form>
  );
}
