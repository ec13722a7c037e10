/** The mappings of a program, by the names it gave them. */
import type { Program, Region } from '../machine';

export function regionOf(prog: Program, name: string): Region | null {
  const { regions } = prog;
  for (let i = 0; i < regions.length; i++) if (regions[i].name === name) return regions[i];
  return null;
}

export function setRegion(prog: Program, name: string, vpn: number, pages: number): void {
  const old = regionOf(prog, name);
  if (old) {
    old.vpn = vpn;
    old.pages = pages;
  } else {
    prog.regions.push({ name, vpn, pages });
  }
}
