import { useEffect, useState } from 'react';
import { type Key, t, tMaybe } from '../../i18n';
import { DataTable } from '../charts/DataTable';

interface Figures {
  recordings: number;
  groups: { group: string; checks: number; agree: number }[];
}

const SIMPLIFIED: readonly Key[] = [
  'truth.simple.lru',
  'truth.simple.cgroups',
  'truth.simple.thp',
  'truth.simple.threads',
  'truth.simple.slab',
];

/** The figures of public/agreement.json, or why they cannot be had. */
function useFigures(): { figures: Figures | null; problem: string } {
  const [figures, setFigures] = useState<Figures | null>(null);
  const [problem, setProblem] = useState('');
  useEffect(() => {
    let gone = false;
    fetch('./agreement.json')
      .then((r) => (r.ok ? (r.json() as Promise<Figures>) : Promise.reject(new Error(String(r.status)))))
      .then((data) => gone || setFigures(data))
      .catch((error: Error) => gone || setProblem(error.message));
    return () => {
      gone = true;
    };
  }, []);
  return { figures, problem };
}

/** "How true is this?": the agreement with recordings of real kernels, and each known simplification. */
export function Truth() {
  const { figures, problem } = useFigures();
  return (
    <section className="truth" aria-label={t('truth.title')}>
      <h3>{t('truth.title')}</h3>
      <p className="sub">{t('truth.about')}</p>
      {problem && <p role="alert">{t('truth.unreadable', { why: problem })}</p>}
      {figures && (
        <DataTable
          caption={t('truth.caption', { n: figures.recordings })}
          head={[t('truth.what'), t('truth.checks'), t('truth.agree')]}
          rows={figures.groups.map(({ group, checks, agree }) => [
            tMaybe(`truth.group.${group}`) ?? group,
            checks.toLocaleString('en'),
            `${((100 * agree) / checks).toFixed(agree === checks ? 0 : 1)} %`,
          ])}
        />
      )}
      <h3>{t('truth.simplified')}</h3>
      <ul>
        {SIMPLIFIED.map((key) => (
          <li key={key}>{t(key)}</li>
        ))}
      </ul>
    </section>
  );
}
