import { expect, test } from 'vitest';
import * as G from '../../../src/linux/include/gfp';
import { formatGfp, formatGfpMask } from '../../../src/linux/trace/gfpflags';

test.each([
  [G.GFP_ANON_FAULT, '0x140dca(GFP_HIGHUSER_MOVABLE|__GFP_COMP|__GFP_ZERO)'],
  [G.GFP_USER_PAGE, '0x140cca(GFP_HIGHUSER_MOVABLE|__GFP_COMP)'],
  [G.GFP_PGTABLE, '0x440dc0(GFP_KERNEL_ACCOUNT|__GFP_COMP|__GFP_ZERO)'],
  [G.GFP_KERNEL, '0xcc0(GFP_KERNEL)'],
  [G.GFP_HIGHUSER_MOVABLE, '0x100cca(GFP_HIGHUSER_MOVABLE)'],
  [0x2dc2, '0x2dc2(GFP_KERNEL|__GFP_HIGHMEM|__GFP_NOWARN|__GFP_ZERO)'],
])('%x is printed with the names of its bits', (mask, text) => {
  expect(formatGfpMask(mask)).toBe(text);
});

test.each([
  ['GFP_ATOMIC', G.GFP_ATOMIC, 0x820],
  ['GFP_NOWAIT', G.GFP_NOWAIT, 0x2800],
  ['GFP_NOIO', G.GFP_NOIO, 0xc00],
  ['GFP_NOFS', G.GFP_NOFS, 0xc40],
  ['GFP_KERNEL_ACCOUNT', G.GFP_KERNEL_ACCOUNT, 0x400cc0],
  ['GFP_USER', G.GFP_USER, 0x100cc0],
  ['GFP_HIGHUSER', G.GFP_HIGHUSER, 0x100cc2],
  ['GFP_TRANSHUGE_LIGHT', G.GFP_TRANSHUGE_LIGHT, 0x1c20ca],
  ['GFP_TRANSHUGE', G.GFP_TRANSHUGE, 0x1c24ca],
  ['GFP_DMA', G.GFP_DMA, 1],
  ['GFP_DMA32', G.GFP_DMA32, 4],
])('%s has its value and its name', (name, mask, value) => {
  expect(mask).toBe(value);
  expect(formatGfp(mask)).toBe(name);
});

test('bits without a name are printed as a number, no bits as none', () => {
  expect(formatGfp(0x200)).toBe('0x200');
  expect(formatGfp(G.GFP_KERNEL | 0x200)).toBe('GFP_KERNEL|0x200');
  expect(formatGfp(0)).toBe('none');
});
