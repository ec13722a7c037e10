/** The settings that the machine has, in groups, as a search finds them. */
import { groupWords, type KnobWords, knobs, settingsWords } from '../../i18n/en-settings';

export interface Knob extends KnobWords {
  /** As a write names it: "vm.swappiness", "/sys/kernel/mm/lru_gen/enabled". */
  name: string;
}

export interface KnobGroup {
  title: string;
  knobs: Knob[];
}

/** Order of the groups on the sheet. */
const GROUPS = Object.keys(groupWords) as (keyof typeof groupWords)[];
const ORDER = Object.keys(knobs);

const describe = (name: string): Knob => ({
  name,
  ...(knobs[name] ?? { group: 'rest', effect: settingsWords.undescribed }),
});

/** As the frame lists it -> as a write names it. */
const writeName = (listed: string): string =>
  listed.startsWith('/') || listed.includes('.') ? listed : `vm.${listed}`;

/**
 * @param listed names that the machine has
 * @param query words that have to be in a setting's name or description, in any order
 */
export function knobGroups(listed: readonly string[], query: string): KnobGroup[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const place = (name: string): number => (ORDER.indexOf(name) + ORDER.length) % ORDER.length;
  const found = [...new Set(listed.map(writeName))]
    .map(describe)
    .filter((knob) => {
      const text = `${knob.name} ${knob.effect} ${groupWords[knob.group]}`.toLowerCase();
      return words.every((word) => text.includes(word));
    })
    .sort((a, b) => place(a.name) - place(b.name));
  return GROUPS.map((group) => ({
    title: groupWords[group],
    knobs: found.filter((knob) => knob.group === group),
  })).filter(({ knobs: some }) => some.length > 0);
}
