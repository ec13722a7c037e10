/** The mappings of a program, by the names it gave them. */
import type { Program, Region } from '../machine';

export const regionOf = (prog: Program, name: string): Region | null =>
  prog.regions.find((r) => r.name === name) ?? null;

export function setRegion(prog: Program, name: string, vpn: number, pages: number): void {
  const old = regionOf(prog, name);
  if (old) {
    old.vpn = vpn;
    old.pages = pages;
  } else {
    prog.regions.push({ name, vpn, pages });
  }
}
