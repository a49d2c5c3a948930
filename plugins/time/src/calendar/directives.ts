/** Directives of strftime and strptime that abbreviate others, in the "C" locale of Python and glibc. */
export const SHORTHANDS: Record<string, string> = {
  c: '%a %b %e %H:%M:%S %Y',
  x: '%m/%d/%y',
  X: '%H:%M:%S',
  D: '%m/%d/%y',
  F: '%Y-%m-%d',
  T: '%H:%M:%S',
  R: '%H:%M',
  r: '%I:%M:%S %p',
  h: '%b',
  n: '\n',
  t: '\t',
}

export const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

export const MONTHS = 'January February March April May June July August September October November December'.split(' ')
