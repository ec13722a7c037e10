import { useEffect, useRef, useState } from 'react';
import { Button } from 'react-aria-components';
import { loadIntoLab } from '../../actions/postmortem';
import { flagText, pmWords as w } from '../../i18n/en-postmortem';
import { reportWords, sizeText } from '../../i18n/en-report';
import type { ReportDocument } from '../../report/document';
import { agreementOf, causesOf, detailsOf, savedOf, verdictOf } from '../../report/sentences';
import { Memory } from './Memory';
import { Tasks } from './Tasks';
import { WhatIf } from './WhatIf';
import { Zones } from './Zones';

/** One report: the verdict, then the evidence. */
export function Report({ report: r, index }: { report: ReportDocument; index: number }) {
  const verdict = verdictOf(r);
  const causes = causesOf(r);
  const head = useRef<HTMLHeadingElement>(null);
  // Whoever pasted with the keyboard goes on at the answer.
  useEffect(() => head.current?.focus({ preventScroll: true }), []);
  const state = r.agrees === null ? 'unknown' : r.agrees ? 'agrees' : 'differs';
  return (
    <article className="pm-report">
      <header className="pm-verdict">
        <h1 ref={head} tabIndex={-1}>
          <span className={r.victim ? 'red' : undefined}>{verdict.who}</span>
          {verdict.why}
        </h1>
        <ToLab report={r} index={index} />
        {[...detailsOf(r), ...(r.savedBy ? [savedOf(r)] : [])].map((text) => (
          <p key={text} className="sub">
            {text}
          </p>
        ))}
        <p className="pm-agree" data-state={state}>
          <b>{w[state]}</b>
          <span>{agreementOf(r)}</span>
        </p>
        <p className="mut">{reportWords.where(r.line, r.release ?? r.kernel)}</p>
      </header>
      <div className="pm-evidence">
        <div>
          <section aria-labelledby="pm-why">
            <div className="hd">
              <h2 id="pm-why">{w.why}</h2>
            </div>
            {causes.length + r.zones.length === 0 && <p className="sub">{w.noWhy}</p>}
            <ul className="pm-notes">
              {causes.map((text) => (
                <li key={text}>{text}</li>
              ))}
            </ul>
          </section>
          {r.zones.length > 0 && <Zones report={r} />}
          <Memory report={r} />
          <Request report={r} />
        </div>
        <div>
          <Tasks report={r} />
          <WhatIf report={r} />
          {r.warnings.length > 0 && (
            <section aria-labelledby="pm-missing">
              <div className="hd">
                <h2 id="pm-missing">{reportWords.warnings}</h2>
              </div>
              <ul className="pm-notes">
                {r.warnings.map((text) => (
                  <li key={text}>{text}</li>
                ))}
              </ul>
            </section>
          )}
        </div>
      </div>
    </article>
  );
}

/** The machine of the report as a machine of the lab, or what is in the way. */
function ToLab({ report: { lab, memcg }, index }: { report: ReportDocument; index: number }) {
  const [loading, setLoading] = useState(false);
  const load = async () => {
    setLoading(true);
    await loadIntoLab(index);
    setLoading(false);
  };
  return (
    <div className="pm-lab">
      <Button
        className="btn solid touch"
        isDisabled={!lab.possible || loading}
        aria-describedby="pm-lab-notes"
        onPress={() => void load()}
      >
        {loading ? w.loadingLab : w.toLab}
      </Button>
      <p id="pm-lab-notes" className="sub">
        {[lab.possible ? (memcg === null ? w.toLabSub : w.toLabSubCgroup) : w.notToLab, ...lab.notes].join(' ')}
      </p>
    </div>
  );
}

/** What was asked for, word by word. */
function Request({ report: r }: { report: ReportDocument }) {
  const page = sizeText(r.pageSize / 1024);
  return (
    <section aria-labelledby="pm-request">
      <div className="hd">
        <h2 id="pm-request">{w.request}</h2>
        <span className="mut">{w.requestSub}</span>
      </div>
      {!r.gfp && r.order === null && <p className="sub">{w.noRequest}</p>}
      <dl className="pm-gfp">
        <div>
          <dt>{r.constraint}</dt>
          <dd>{w.constraints[r.constraint] ?? w.flagUnknown}</dd>
        </div>
        {r.order !== null && (
          <div>
            <dt>order={r.order}</dt>
            <dd>{w.order(r.order, page)}</dd>
          </div>
        )}
        {r.gfp?.flags.map((flag) => (
          <div key={flag}>
            <dt>{flag}</dt>
            <dd>{flagText(flag)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
