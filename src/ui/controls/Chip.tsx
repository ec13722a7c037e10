import type { ProcFrame } from '../../worker/protocol';

/** A process's identity: a lettered disc in the colour of its program. Decoration beside its name. */
export function Chip({ proc }: { proc: Pick<ProcFrame, 'comm' | 'chip'> }) {
  return (
    <span className={`chip p${proc.chip}`} aria-hidden="true">
      {/^[a-z]/i.test(proc.comm) ? proc.comm[0].toUpperCase() : proc.comm[0]}
    </span>
  );
}
