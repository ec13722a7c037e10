import { Dialog } from 'react-aria-components';

interface Props {
  label: string;
  /** The kernel's function. */
  fn: string;
  help: string;
  /** What came out, '' = nothing yet. */
  result: string;
}

/** What the kernel asks in a step of the path, and where. */
export function StepHelp({ label, fn, help, result }: Props) {
  return (
    <Dialog className="step-help" aria-label={label}>
      <p className="mono">{fn}</p>
      <p>{help}</p>
      {result && <p className="mono sub">{result}</p>}
    </Dialog>
  );
}
