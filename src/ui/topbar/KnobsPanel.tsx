import { useId, useState } from 'react';
import { Button, Heading } from 'react-aria-components';
import { ask, command } from '../../actions/lab';
import { t } from '../../i18n';
import { refusalText } from '../../i18n/errors';
import { ZSWAP_ENABLED } from '../../linux/mm/zswap_params';
import { RefusalError } from '../../machine/commands';
import { useShown } from '../../store';
import { KernelChoice } from './KernelChoice';

const SYSCTLS = [
  'min_free_kbytes',
  'watermark_scale_factor',
  'swappiness',
  'overcommit_memory',
  'overcommit_ratio',
  'panic_on_oom',
  'oom_kill_allocating_task',
] as const;

/** Live sysctls, and the SysRq keys that concern memory. */
export function KnobsPanel() {
  return (
    <>
      <Heading slot="title" level={2}>
        {t('sysctl.title')}
      </Heading>
      <KernelChoice />
      <h3>{t('sysctl.live')}</h3>
      <p className="mut">{t('sysctl.hint')}</p>
      {SYSCTLS.map((name) => (
        <Sysctl key={name} file={`vm.${name}`} what={t(`sysctl.${name}`)} />
      ))}
      <HugePages />
      <Sysctl file={ZSWAP_ENABLED} label="zswap.enabled" what={t('sysctl.zswap')} />
      <h3>{t('sysrq.title')}</h3>
      <div className="sysrq">
        <Button className="btn soft small" onPress={() => void command({ op: 'sysrq', key: 'f' })}>
          {t('sysrq.f')}
        </Button>
        <Button className="btn soft small" onPress={() => void command({ op: 'sysrq', key: 'm' })}>
          {t('sysrq.m')}
        </Button>
        <Button
          className="btn soft small"
          onPress={() => void command({ op: 'sysctl', name: 'vm.compact_memory', value: '1' })}
        >
          {t('sysctl.compact_memory')}
        </Button>
      </div>
    </>
  );
}

const THP = '/sys/kernel/mm/transparent_hugepage/enabled';
const THP_VALUES = ['always', 'madvise', 'never'];

/** The switch for transparent huge pages. The file lists all values, the present one in brackets. */
function HugePages() {
  const id = useId();
  const file = useShown((f) => f.sysctl[THP] ?? '', '');
  return (
    <div className="knob wide">
      <label htmlFor={id} className="mono">
        transparent_hugepage
      </label>
      <select
        id={id}
        className="select"
        value={/\[(\w+)\]/.exec(file)?.[1] ?? 'never'}
        aria-describedby={`${id}-what`}
        onChange={(e) => void command({ op: 'sysctl', name: THP, value: e.currentTarget.value })}
      >
        {THP_VALUES.map((value) => (
          <option key={value}>{value}</option>
        ))}
      </select>
      <p id={`${id}-what`} className="mut">
        {t('sysctl.thp')}
      </p>
    </div>
  );
}

/** One setting: the file it stands for, and what it does. */
function Sysctl({ file, label = file, what }: { file: string; label?: string; what: string }) {
  const id = useId();
  const value = useShown((f) => f.sysctl[file] ?? '', '');
  const [draft, setDraft] = useState<string | null>(null);
  const [error, setError] = useState('');

  async function write() {
    if (draft === null || draft.trim() === value) return drop();
    try {
      await ask({ type: 'command', command: { op: 'sysctl', name: file, value: draft.trim() } });
      drop();
    } catch (refused) {
      if (!(refused instanceof RefusalError)) throw refused;
      setError(refusalText(refused.refusal));
    }
  }
  function drop() {
    setDraft(null);
    setError('');
  }

  return (
    <div className="knob">
      <label htmlFor={id} className="mono">
        {label}
      </label>
      <input
        id={id}
        className="field"
        inputMode="numeric"
        autoComplete="off"
        value={draft ?? value}
        aria-invalid={error !== ''}
        aria-describedby={`${id}-what`}
        onChange={(e) => setDraft(e.currentTarget.value)}
        onBlur={() => void write()}
        onKeyDown={(e) => {
          if (e.key === 'Enter') void write();
          if (e.key === 'Escape' && draft !== null) {
            e.stopPropagation();
            drop();
          }
        }}
      />
      <p id={`${id}-what`} className="mut">
        {what}
      </p>
      {error && (
        <p className="error" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}
