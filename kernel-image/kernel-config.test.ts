import { expect, it } from 'vitest';
import { unmetOptions } from './kernel-config.ts';

it('names the options that Kconfig did not take', () => {
  const wanted = '# why\nCONFIG_A=y\nCONFIG_B=n\nCONFIG_C=12\nCONFIG_D="x"\nCONFIG_E=y\nCONFIG_F=n\n';
  const actual = 'CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_C=13\nCONFIG_D="x"\nCONFIG_F=y\n';
  expect(unmetOptions(wanted, actual)).toEqual([
    'CONFIG_C: 12 is asked for, it is 13',
    'CONFIG_E: y is asked for, it is n',
    'CONFIG_F: n is asked for, it is y',
  ]);
});
